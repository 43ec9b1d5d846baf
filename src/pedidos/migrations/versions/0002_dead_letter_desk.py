"""The desk at which dead letters are looked at, replayed and discarded."""

from alembic import op

from pedidos.storage.migrations import sql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0002_dead_letter_desk.up.sql"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0002_dead_letter_desk.down.sql"))
