"""Products and people have pictures."""

from alembic import op

from pedidos.storage.migrations import sql

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0040_pictures.up.sql"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql("drop table account_pictures, product_pictures")
