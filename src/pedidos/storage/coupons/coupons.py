"""A merchant's coupons: making one, listing them, ending one.

Functions that change something do it once (storage.once): they raise once.OutcomeUnknown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, Row

from pedidos.domain.audit import Action, Entry, Who
from pedidos.errors import Explained
from pedidos.sentence import Sentence
from pedidos.storage.audit_log.writing import write
from pedidos.storage.catalogue import merchants
from pedidos.storage.engine import in_statement
from pedidos.storage.once import once

MOST_ACTIVE = 100
"""Coupons of a merchant that have not been ended."""
MOST_SHOWN = 200


class TooManyCoupons(Explained):
    """The merchant has MOST_ACTIVE coupons that have not been ended."""


class CodeTaken(Explained):
    """The merchant has another coupon with this code."""


@dataclass(frozen=True, slots=True)
class CouponTerms:
    """Either percent or amount_cents, of the items. minimum_cents: of the items. most: orders that may use it, in all;
    most_per_person: of one customer. None: no limit, and for begins from now on. vips_only: only VIPs of the merchant
    have it (storage.coupons.vips)."""

    code: str
    percent: int | None = None
    amount_cents: int | None = None
    minimum_cents: int = 0
    begins: datetime | None = None
    ends: datetime | None = None
    most: int | None = None
    most_per_person: int | None = None
    vips_only: bool = False


@dataclass(frozen=True, slots=True)
class Coupon:
    """used: by orders that hold it."""

    id: UUID
    terms: CouponTerms
    active: bool
    used: int


_COLUMNS = """id, code, percent, amount_cents, minimum_cents, begins, ends, most_per_person, vips_only, active, n.most,
    n.used
from coupons c join coupon_counts n on n.coupon_id = c.id"""

_OF_MERCHANT = f"""
select {_COLUMNS} where merchant_id = %(merchant)s order by active desc, created_at desc, id limit %(limit)s
"""  # a constant

_BY_CODE = f"select {_COLUMNS} where merchant_id = %(merchant)s and code = %(code)s"  # a constant

_COUNT = "select count(*) from coupons where merchant_id = %(merchant)s and active"

_ADD = """
with added as (
    insert into coupons
        (merchant_id, code, percent, amount_cents, minimum_cents, begins, ends, most_per_person, vips_only)
    values (%(merchant)s, %(code)s, %(percent)s, %(amount)s, %(minimum)s, coalesce(%(begins)s::timestamptz, now()),
            %(ends)s, %(per_person)s, %(vips_only)s)
    returning id
)
insert into coupon_counts (coupon_id, most) select id, %(most)s from added returning coupon_id
"""

_END = "update coupons set active = false where id = %(id)s and merchant_id = %(merchant)s returning id"


def of_merchant(engine: Engine, merchant_id: UUID) -> Sequence[Coupon]:
    """Those that have not been ended come first, then the newest; MOST_SHOWN at most."""
    values = {"merchant": merchant_id, "limit": MOST_SHOWN}
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_OF_MERCHANT, values).all())
    return [_coupon(row) for row in rows]


def add(engine: Engine, merchant_id: UUID, terms: CouponTerms, who: Who) -> Coupon:
    """Makes a coupon of a merchant that exists. Repeating it changes nothing. Raises CodeTaken, TooManyCoupons."""

    def work(connection: Connection) -> Coupon:
        merchants.lock(connection, merchant_id)
        known = _read(connection, merchant_id, terms.code)
        if known is not None:
            if not known.active or not _same(known.terms, terms):
                raise CodeTaken(Sentence("There is another coupon with the code {code}.", code=terms.code))
            return known
        count: int = connection.exec_driver_sql(_COUNT, {"merchant": merchant_id}).scalar_one()
        if count >= MOST_ACTIVE:
            raise TooManyCoupons(
                Sentence("A merchant can have {most} coupons that have not been ended.", most=MOST_ACTIVE)
            )
        coupon_id = connection.exec_driver_sql(_ADD, _values(merchant_id, terms)).scalar_one()
        added = _read(connection, merchant_id, terms.code)
        if added is None:
            raise LookupError(coupon_id)
        detail = {"merchant": str(merchant_id), "code": terms.code}
        write(connection, Entry(Action.MERCHANT_COUPON_ADDED, who, str(coupon_id), detail=detail))
        return added

    return once(engine, work)


def end(engine: Engine, merchant_id: UUID, coupon_id: UUID, who: Who) -> bool:
    """Ends a coupon: no new order can use it. Orders that use it already keep their discount. False: the merchant has
    no such coupon."""
    values = {"merchant": merchant_id, "id": coupon_id}

    def work(connection: Connection) -> bool:
        if connection.exec_driver_sql(_END, values).one_or_none() is None:
            return False
        write(connection, Entry(Action.MERCHANT_COUPON_ENDED, who, str(coupon_id)))
        return True

    return once(engine, work)


def _read(connection: Connection, merchant_id: UUID, code: str) -> Coupon | None:
    row = connection.exec_driver_sql(_BY_CODE, {"merchant": merchant_id, "code": code}).one_or_none()
    return _coupon(row) if row else None


def _same(known: CouponTerms, asked: CouponTerms) -> bool:
    """Whether a repeated request asks for the coupon that there is. Without a begin, that of the first one counts."""
    begins = known.begins if asked.begins is None else asked.begins
    return known == CouponTerms(
        asked.code,
        asked.percent,
        asked.amount_cents,
        asked.minimum_cents,
        begins,
        asked.ends,
        asked.most,
        asked.most_per_person,
        asked.vips_only,
    )


def _values(merchant_id: UUID, terms: CouponTerms) -> dict[str, Any]:
    return {
        "merchant": merchant_id,
        "code": terms.code,
        "percent": terms.percent,
        "amount": terms.amount_cents,
        "minimum": terms.minimum_cents,
        "begins": terms.begins,
        "ends": terms.ends,
        "per_person": terms.most_per_person,
        "vips_only": terms.vips_only,
        "most": terms.most,
    }


def _coupon(row: Row[Any]) -> Coupon:
    terms = CouponTerms(
        row.code,
        row.percent,
        row.amount_cents,
        row.minimum_cents,
        row.begins,
        row.ends,
        row.most,
        row.most_per_person,
        row.vips_only,
    )
    return Coupon(row.id, terms, row.active, row.used)
