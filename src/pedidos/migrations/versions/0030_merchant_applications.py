"""Merchants apply, are approved, refused or suspended, and have staff."""

from alembic import op

from pedidos.storage.migrations import sql

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0030_merchant_applications.up.sql"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0030_merchant_applications.down.sql"))
