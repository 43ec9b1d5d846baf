"""An order's items keep the name under which they were bought."""

from alembic import op

from pedidos.storage.migrations import sql

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0005_items_keep_their_name.up.sql"))
    with op.get_context().autocommit_block():
        op.get_bind().exec_driver_sql(sql("0005_items_keep_their_name.fill.up.sql"))
    op.get_bind().exec_driver_sql(sql("0005_items_keep_their_name.required.up.sql"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0005_items_keep_their_name.down.sql"))
