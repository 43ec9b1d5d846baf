"""An order's updates touch no index while the platform moves it."""

from alembic import op

from pedidos.storage.migrations import sql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0004_in_flight.up.sql"))
    with op.get_context().autocommit_block():
        # One that was cut short leaves an index that is not valid, but has the name.
        op.get_bind().exec_driver_sql("drop index concurrently if exists orders_to_move")
        op.get_bind().exec_driver_sql(sql("0004_in_flight.index.up.sql"))
        op.get_bind().exec_driver_sql("drop index concurrently if exists orders_in_flight")


def downgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0004_in_flight.down.sql"))
