"""Couriers bring the orders of a merchant."""

from alembic import op

from pedidos.storage.migrations import sql

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0035_couriers.up.sql"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0035_couriers.down.sql"))
