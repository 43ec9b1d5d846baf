"""Jobs: what an operator asks of many dead letters at once."""

from alembic import op

from pedidos.storage.migrations import sql

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0023_dead_letter_jobs.up.sql"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0023_dead_letter_jobs.down.sql"))
