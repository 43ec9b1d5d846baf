"""Payments keep of which troubles of the gateway their orders were told."""

from alembic import op

from pedidos.storage.migrations import sql

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0034_delays.up.sql"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql("alter table payments drop column delays")
