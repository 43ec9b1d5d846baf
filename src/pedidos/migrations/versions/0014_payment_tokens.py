"""An order keeps its payment token until it is paid, or ends without a payment."""

from uuid import UUID

from alembic import op

from pedidos.storage.migrations import sql

revision = "0014"
down_revision = "0013"

# A few thousand at a time: it waits for no order, and no order waits long.
_FORGET = """
with held as materialized (
    select id from orders
    where id > %(after)s and payment_token is not null
      and status not in ('received', 'validated', 'reserved', 'charging')
    order by id limit 5000
    for no key update skip locked
), forgotten as (
    update orders set payment_token = null where id in (select id from held)
)
select id from held order by id desc limit 1
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0014_payment_tokens.up.sql"))
    with op.get_context().autocommit_block():
        after: UUID | None = UUID(int=0)
        while after is not None:
            after = op.get_bind().exec_driver_sql(_FORGET, {"after": after}).scalar_one_or_none()
        op.get_bind().exec_driver_sql(sql("0014_payment_tokens.checked.up.sql"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(sql("0014_payment_tokens.down.sql"))
