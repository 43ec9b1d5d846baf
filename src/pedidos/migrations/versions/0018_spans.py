"""A store of spans, with a limit: what the map of an order shows."""

from alembic import op

from pedidos.storage.migrations import sql

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0018_spans.up.sql"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0018_spans.down.sql"))
