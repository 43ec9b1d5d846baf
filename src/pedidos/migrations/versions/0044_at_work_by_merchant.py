"""A merchant's orders at work are found past any number of orders for later."""

from alembic import op

from pedidos.storage.migrations import sql

revision = "0044"
down_revision = "0043"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        # One that was cut short leaves an index that is not valid, but has the name.
        op.get_bind().exec_driver_sql("drop index concurrently if exists orders_at_work_by_merchant")
        for statement in sql("0044_at_work_by_merchant.up.sql").split("\n\n"):
            op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0044_at_work_by_merchant.down.sql"))
