"""The tables."""

from alembic import op

from pedidos.storage.migrations import sql

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0001_schema.up.sql"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0001_schema.down.sql"))
