"""How an order gets to its customer, what that costs, and who gets it."""

from alembic import op

from pedidos.storage.migrations import sql

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0027_delivery.up.sql"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0027_delivery.down.sql"))
