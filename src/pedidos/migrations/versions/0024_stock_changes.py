"""The stock of a product has a history, and a form that is sent twice adds one product."""

from alembic import op

from pedidos.storage.migrations import sql

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0024_stock_changes.up.sql"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0024_stock_changes.down.sql"))
