"""Merchants have times in which they are closed in spite of their opening hours."""

from alembic import op

from pedidos.storage.migrations import sql

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0024_closures.up.sql"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0024_closures.down.sql"))
