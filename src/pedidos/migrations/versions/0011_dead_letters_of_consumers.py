"""Every consumer of a topic writes dead letters under its own name."""

from alembic import op

from pedidos.storage.migrations import sql

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0011_dead_letters_of_consumers.up.sql"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0011_dead_letters_of_consumers.down.sql"))
