"""Customers rate orders that were delivered."""

from alembic import op

from pedidos.storage.migrations import sql

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0038_ratings.up.sql"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql("drop table merchant_ratings, ratings")
