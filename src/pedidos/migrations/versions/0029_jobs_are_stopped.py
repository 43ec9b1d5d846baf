"""A job of dead letters can be stopped."""

from alembic import op

from pedidos.storage.migrations import sql

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0029_jobs_are_stopped.up.sql"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql("alter table dead_letter_jobs drop column stopped_at")
