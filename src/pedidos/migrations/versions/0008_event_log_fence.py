"""The event log waits for no transaction that cannot write to it."""

from alembic import op

from pedidos.storage.migrations import sql

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0008_event_log_fence.up.sql"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0008_event_log_fence.down.sql"))
