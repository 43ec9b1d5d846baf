"""Customers can be VIPs of a merchant."""

from alembic import op

from pedidos.storage.migrations import sql

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0041_vips.up.sql"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql("alter table coupons drop column vips_only; drop table vips")
