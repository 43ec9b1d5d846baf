"""Sessions of browsers have a cookie."""

from alembic import op

from pedidos.storage.migrations import sql

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0020_cookie_sessions.up.sql"))


def downgrade() -> None:
    # Without their cookie they are of no use.
    op.get_bind().exec_driver_sql("delete from sessions where cookie_hash is not null")
    op.get_bind().exec_driver_sql("alter table sessions drop column cookie_hash")
