"""The stock as its merchant changes it: "there are 12" (a count), "12 more came" (a delivery). Each leaves a row.

Units of orders stay as they are: a count is of the units on the shelf.
"""

from collections.abc import Callable
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.access import ProductScope
from pedidos.domain.audit import Action, Entry, Who
from pedidos.errors import Explained
from pedidos.sentence import Sentence
from pedidos.storage.audit_log.writing import write
from pedidos.storage.catalogue.products import Product, read
from pedidos.storage.once import once

MOST_ON_HAND = 1_000_000_000


class Kind(StrEnum):
    """What a merchant reports."""

    COUNTED = "counted"
    RECEIVED = "received"


_ACTIONS = {Kind.COUNTED: Action.PRODUCT_COUNTED, Kind.RECEIVED: Action.PRODUCT_RECEIVED}


class TooManyOnHand(Explained):
    """There would be more than MOST_ON_HAND units."""


# A product of before this table has no row.
_PRESENT = """
insert into stock (product_id, on_hand)
select id, 0 from products where id = %(id)s and merchant_id = %(merchant)s
on conflict do nothing
"""

_LOCK = """
select s.on_hand from stock s join products p on p.id = s.product_id
where p.id = %(id)s and p.merchant_id = %(merchant)s
for no key update of s
"""

_REPEATED = "select 1 from stock_changes where product_id = %(id)s and request_key = %(key)s"

_SET = "update stock set on_hand = %(on_hand)s where product_id = %(id)s"

_KEEP = """
insert into stock_changes (product_id, kind, former, on_hand, reason, account_id, request_key)
values (%(id)s, %(kind)s, %(former)s, %(on_hand)s, %(reason)s, %(account)s, %(key)s)
"""


def count_stock(
    engine: Engine,
    merchant_id: UUID,
    product_id: UUID,
    on_hand: int,
    who: Who,
    *,
    reason: str = "",
    key: str | None = None,
) -> Product | None:
    """Sets the units on hand to the count. None if this merchant has no such product.

    key: of the request; the same one again changes nothing. Raises once.OutcomeUnknown.
    """
    return _change(engine, merchant_id, product_id, Kind.COUNTED, lambda _: on_hand, who, reason, key)


def receive_stock(
    engine: Engine, merchant_id: UUID, product_id: UUID, units: int, who: Who, *, reason: str, key: str
) -> Product | None:
    """Adds units, at least one, to those on hand. None if this merchant has no such product.

    key: of the request; the same one again adds nothing. Raises TooManyOnHand, once.OutcomeUnknown.
    """
    return _change(engine, merchant_id, product_id, Kind.RECEIVED, lambda former: former + units, who, reason, key)


def _change(
    engine: Engine,
    merchant_id: UUID,
    product_id: UUID,
    kind: Kind,
    decide: Callable[[int], int],
    who: Who,
    reason: str,
    key: str | None,
) -> Product | None:
    values: dict[str, object] = {"id": product_id, "merchant": merchant_id, "key": key, "kind": kind, "reason": reason}
    values |= {"account": who.account_id}

    def work(connection: Connection) -> Product | None:
        connection.exec_driver_sql(_PRESENT, values)
        former: int | None = connection.exec_driver_sql(_LOCK, values).scalar_one_or_none()
        if former is None:
            return None
        # After the lock: a request with the same key, which had it before, is committed.
        if key is None or connection.exec_driver_sql(_REPEATED, values).one_or_none() is None:
            on_hand = decide(former)
            if on_hand > MOST_ON_HAND:
                raise TooManyOnHand(Sentence("There can be at most {most} units.", most=MOST_ON_HAND))
            changed = values | {"former": former, "on_hand": on_hand}
            connection.exec_driver_sql(_SET, changed)
            connection.exec_driver_sql(_KEEP, changed)
            write(connection, Entry(_ACTIONS[kind], who, str(product_id), detail={"on_hand": [former, on_hand]}))
        return read(connection, ProductScope(merchant_id), product_id)

    return once(engine, work)
