"""Orders for later wait for their time."""

import re

from alembic import op

from pedidos.storage.migrations import sql

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0043_scheduled.up.sql"))
    with op.get_context().autocommit_block():
        for statement in sql("0043_scheduled.checked.up.sql").split("\n\n"):
            op.get_bind().exec_driver_sql(statement)
        for statement in sql("0043_scheduled.indexes.up.sql").split("\n\n"):
            # One that was cut short leaves an index that is not valid, but has the name.
            (name,) = re.findall(r"if not exists (\w+) on", statement)
            op.get_bind().exec_driver_sql(f"drop index concurrently if exists {name}")
            op.get_bind().exec_driver_sql(statement)
        op.get_bind().exec_driver_sql("drop index concurrently if exists orders_to_move")


def downgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0043_scheduled.down.sql"))
