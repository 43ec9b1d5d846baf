"""Merchants have times in which they are closed in spite of their opening hours."""

from alembic import op

from pedidos.storage.migrations import sql

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0025_closures.up.sql"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0025_closures.down.sql"))
