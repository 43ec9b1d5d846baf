"""Addresses are confirmed by mail, and a forgotten password is reset by mail."""

from alembic import op

from pedidos.storage.migrations import sql

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0021_mails.up.sql"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0021_mails.down.sql"))
