"""Mails are sent, and tell what happens to orders."""

from alembic import op

from pedidos.storage.migrations import sql

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0026_mails_are_sent.up.sql"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0026_mails_are_sent.down.sql"))
