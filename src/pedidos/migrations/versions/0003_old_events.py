"""Old events can leave the log."""

from alembic import op

from pedidos.storage.migrations import sql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0003_old_events.up.sql"))
    with op.get_context().autocommit_block():
        # One that was cut short leaves an index that is not valid, but has the name.
        op.get_bind().exec_driver_sql("drop index concurrently if exists order_events_ended")
        op.get_bind().exec_driver_sql(sql("0003_old_events.index.up.sql"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0003_old_events.down.sql"))
