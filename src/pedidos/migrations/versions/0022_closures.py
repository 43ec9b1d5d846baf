"""Merchants have times in which they are closed in spite of their opening hours."""

from alembic import op

from pedidos.storage.migrations import sql

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0022_closures.up.sql"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0022_closures.down.sql"))
