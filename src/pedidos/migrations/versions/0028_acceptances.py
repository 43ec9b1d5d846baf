"""Confirmed orders are accepted in time, or end."""

from alembic import op

from pedidos.storage.migrations import sql

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0028_acceptances.up.sql"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0028_acceptances.down.sql"))
