"""Personal data that is no longer needed: accounts that are erased, orders that are detached from their customers."""

from alembic import op

from pedidos.storage.migrations import sql

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0015_personal_data.up.sql"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0015_personal_data.down.sql"))
