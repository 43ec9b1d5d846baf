"""Lists of orders and replays of streams read their owner's orders alone."""

import re

from alembic import op

from pedidos.storage.migrations import sql

revision = "0007"
down_revision = "0006"

REPLACED = ("orders_by_customer", "orders_by_merchant")


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0007_landed.up.sql"))
    statements = sql("0007_landed.indexes.up.sql").split("\n\n")
    with op.get_context().autocommit_block():
        for statement in statements:
            # One that was cut short leaves an index that is not valid, but has the name.
            (name,) = re.findall(r"if not exists (\w+) on", statement)
            op.get_bind().exec_driver_sql(f"drop index concurrently if exists {name}")
            op.get_bind().exec_driver_sql(statement)
        for name in REPLACED:
            op.get_bind().exec_driver_sql(f"drop index concurrently if exists {name}")


def downgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0007_landed.down.sql"))
