"""Webhooks: endpoints, secrets, deliveries, attempts."""

from alembic import op

from pedidos.storage.migrations import sql

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0031_webhooks.up.sql"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0031_webhooks.down.sql"))
