"""What a merchant has marked as sold out today: products, and choices. A mark ends at the moment that it names.

Functions that change something do it once (storage.once): they raise once.OutcomeUnknown.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.access import ProductScope
from pedidos.domain.audit import Action, Entry, Who
from pedidos.domain.options import chosen_of
from pedidos.storage.audit_log.writing import write
from pedidos.storage.catalogue.products import Product, read
from pedidos.storage.once import once

_MARK_PRODUCT = """
update products set sold_out_until = %(until)s
where id = %(product)s and merchant_id = %(merchant)s
  and case when sold_out_until > now() then sold_out_until end is distinct from %(until)s::timestamptz
returning id
"""

_MARK_CHOICE = """
update choices c set sold_out_until = %(until)s
from option_groups g join products p on p.id = g.product_id
where c.id = %(choice)s and g.id = c.group_id and p.id = %(product)s and p.merchant_id = %(merchant)s
  and case when c.sold_out_until > now() then c.sold_out_until end is distinct from %(until)s::timestamptz
returning c.id
"""


def mark(
    engine: Engine,
    merchant_id: UUID,
    product_id: UUID,
    until: datetime | None,
    who: Who,
    *,
    choice_id: UUID | None = None,
) -> Product | None:
    """Marks a product, or one of its choices, as sold out until this moment; None: it is there again. Returns the
    product, or None if this merchant has no such product, or the product no such choice."""
    values = {"merchant": merchant_id, "product": product_id, "choice": choice_id, "until": until}

    def work(connection: Connection) -> Product | None:
        statement = _MARK_PRODUCT if choice_id is None else _MARK_CHOICE
        if connection.exec_driver_sql(statement, values).one_or_none() is not None:
            action = Action.PRODUCT_BACK if until is None else Action.PRODUCT_SOLD_OUT
            detail = {"until": until and until.isoformat(), "choice": choice_id and str(choice_id)}
            write(connection, Entry(action, who, str(product_id), detail=detail))
        product = read(connection, ProductScope(merchant_id), product_id)
        if product is None or product.merchant_id != merchant_id:
            return None
        return product if choice_id is None or chosen_of(product.groups, [choice_id]) else None

    return once(engine, work)
