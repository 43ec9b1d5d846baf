"""A customer's orders in flight are found whatever PostgreSQL's estimates are."""

from alembic import op

from pedidos.storage.migrations import sql

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        # One that was cut short leaves an index that is not valid, but has the name.
        op.get_bind().exec_driver_sql("drop index concurrently if exists orders_waiting_by_customer")
        for statement in sql("0019_waiting_by_customer.up.sql").split("\n\n"):
            op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0019_waiting_by_customer.down.sql"))
