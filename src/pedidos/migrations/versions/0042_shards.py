"""The event log can be published in shards."""

from alembic import op

from pedidos.storage.migrations import sql

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0042_shards.up.sql"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0042_shards.down.sql"))
