"""Refunds in part, and what they leave of a payment."""

from alembic import op

from pedidos.storage.migrations import sql

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0033_refunds.up.sql"))
    with op.get_context().autocommit_block():
        op.get_bind().exec_driver_sql(sql("0033_refunds.checked.up.sql"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0033_refunds.down.sql"))
