"""A refresh that is repeated gets the same answer."""

from alembic import op

from pedidos.storage.migrations import sql

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0006_repeated_refresh.up.sql"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0006_repeated_refresh.down.sql"))
