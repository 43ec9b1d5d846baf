"""Customers rate orders that were delivered."""

from alembic import op

from pedidos.storage.migrations import sql

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0039_ratings.up.sql"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql("drop table merchant_ratings, ratings")
