"""Products and merchants are found by the words of their names."""

import re

from alembic import op

from pedidos.storage.migrations import sql

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0037_search.functions.up.sql"))
    with op.get_context().autocommit_block():
        for statement in sql("0037_search.indexes.up.sql").split("\n\n"):
            # One that was cut short leaves an index that is not valid, but has the name.
            (name,) = re.findall(r"if not exists (\w+) on", statement)
            op.get_bind().exec_driver_sql(f"drop index concurrently if exists {name}")
            op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0037_search.down.sql"))
