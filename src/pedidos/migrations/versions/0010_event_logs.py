"""The log has an id, and what a restored database does not know can be settled."""

from alembic import op

from pedidos.storage.migrations import sql

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0010_event_logs.up.sql"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0010_event_logs.down.sql"))
