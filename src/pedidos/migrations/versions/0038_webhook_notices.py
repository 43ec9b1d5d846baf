"""Owners of shops are told by mail of endpoints that take nothing."""

from alembic import op

from pedidos.storage.migrations import sql

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0038_webhook_notices.up.sql"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0038_webhook_notices.down.sql"))
