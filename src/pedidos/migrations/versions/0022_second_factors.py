"""Merchants and operators can have a second factor."""

from alembic import op

from pedidos.storage.migrations import sql

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0022_second_factors.up.sql"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql("drop table recovery_codes, second_factors")
