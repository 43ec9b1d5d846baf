"""The audit log."""

from alembic import op

from pedidos.storage.migrations import sql

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0013_audit_log.up.sql"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0013_audit_log.down.sql"))
