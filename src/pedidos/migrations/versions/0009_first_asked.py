"""The payment deadline counts from when the gateway was first asked."""

from alembic import op

from pedidos.storage.migrations import sql

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0009_first_asked.up.sql"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0009_first_asked.down.sql"))
