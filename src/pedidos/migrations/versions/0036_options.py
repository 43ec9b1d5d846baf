"""Options of products, those that an order has, and what is sold out today."""

from alembic import op

from pedidos.storage.migrations import sql

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0036_options.up.sql"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0036_options.down.sql"))
