"""The table of orders lists settled states, so that a new step does not rewrite it."""

from alembic import op

from pedidos.storage.migrations import sql

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0012_settled.up.sql"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0012_settled.down.sql"))
