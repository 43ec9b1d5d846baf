"""Sessions have rows of their own, and a list says which access tokens are void."""

from alembic import op

from pedidos.storage.migrations import sql

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0016_sessions.up.sql"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0016_sessions.down.sql"))
