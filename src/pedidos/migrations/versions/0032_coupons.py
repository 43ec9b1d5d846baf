"""Coupons of merchants, and the orders that use them."""

from alembic import op

from pedidos.storage.migrations import sql

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0032_coupons.up.sql"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0032_coupons.down.sql"))
