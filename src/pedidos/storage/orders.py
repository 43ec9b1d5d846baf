"""Orders: placing one in a single statement, reading one, paging through many."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, Row, text

from pedidos.domain.order import Status
from pedidos.storage.engine import in_statement


@dataclass(frozen=True, slots=True)
class NewOrder:
    """What a customer asks for. items are (product, quantity) pairs; request_hash is the SHA-256 of the request."""

    customer_id: UUID
    merchant_id: UUID
    items: Sequence[tuple[UUID, int]]
    payment_token: str
    idempotency_key: str
    request_hash: bytes
    expected_total_cents: int | None = None
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """An order that is durable. replayed: it was so already, under the same idempotency key."""

    order_id: UUID
    total_cents: int
    created_at: datetime
    replayed: bool


class PlacingRefused(Exception):
    """The order was not placed, and nothing was written."""


class UnknownMerchant(PlacingRefused):
    """No such merchant."""


class UnknownProducts(PlacingRefused):
    """product_ids: those that the catalogue does not have."""

    def __init__(self, product_ids: list[UUID]) -> None:
        super().__init__(f"Unknown products: {', '.join(map(str, product_ids))}.")
        self.product_ids = product_ids


class TotalDiffers(PlacingRefused):
    """The order costs something else than the customer expected."""

    def __init__(self, actual_cents: int) -> None:
        super().__init__(f"The order costs {actual_cents} cents.")
        self.actual_cents = actual_cents


class KeyReused(PlacingRefused):
    """The idempotency key belongs to another request of the same customer."""


class KeyInFlight(PlacingRefused):
    """A request with this idempotency key is being handled at this moment."""


# One statement, one commit. The advisory lock tells a request in flight from one that is over: without it the insert
# would wait for the other. Where it is not granted, or the key is taken, nothing is written.
_PLACE = """
with wanted as (
    select w.position, w.product_id, w.quantity, p.price_cents
    from unnest(%(products)s::uuid[], %(quantities)s::int[]) with ordinality as w (product_id, quantity, position)
    left join products p on p.id = w.product_id
), asked as (
    select sum(quantity::bigint * price_cents)::bigint as total_cents,
           array_agg(product_id) filter (where price_cents is null) as unknown,
           exists (select from merchants where id = %(merchant)s) as merchant_known
    from wanted
), allowed as (
    select uuidv7() as order_id, total_cents, clock_timestamp() as at
    from asked
    where unknown is null and merchant_known
      and (%(expected)s::bigint is null or total_cents = %(expected)s)
      and pg_try_advisory_xact_lock(hashtextextended(%(key)s, hashtextextended(%(customer)s::uuid::text, 0)))
), claim as (
    insert into idempotency_keys (customer_id, key, request_hash, order_id, created_at)
    select %(customer)s, %(key)s, %(hash)s, order_id, at from allowed
    on conflict (customer_id, key) do update
        set request_hash = excluded.request_hash, order_id = excluded.order_id, created_at = excluded.created_at
        where idempotency_keys.created_at < excluded.created_at - %(kept)s * interval '1 hour'
    returning order_id
), placed as (
    insert into orders
        (id, customer_id, merchant_id, status, version, total_cents, payment_token, created_at, updated_at)
    select order_id, %(customer)s, %(merchant)s, 'received', 1, total_cents, %(token)s, at, at
    from allowed join claim using (order_id)
    returning id, total_cents, created_at
), filled as (
    insert into order_items (order_id, position, product_id, quantity, unit_price_cents)
    select placed.id, position, product_id, quantity, price_cents from wanted, placed
), told as (
    insert into order_events
        (order_id, version, type, status, customer_id, merchant_id, detail, traceparent, occurred_at)
    select id, 1, 'order.placed', 'received', %(customer)s, %(merchant)s,
           jsonb_build_object('total_cents', total_cents), %(trace)s, created_at
    from placed
)
select asked.unknown, asked.merchant_known, asked.total_cents, placed.id, placed.created_at,
       (select count(*) from allowed) as allowed
from asked left join placed on true
"""

_CLAIMED = """
select k.request_hash = %(hash)s as same, o.id, o.total_cents, o.created_at
from idempotency_keys k join orders o on o.id = k.order_id
where k.customer_id = %(customer)s and k.key = %(key)s
"""


def place(engine: Engine, order: NewOrder, kept_hours: int = 24) -> Placed:
    """Makes the order durable, with its items, its first event and its idempotency key. Prices are the catalogue's.

    kept_hours is how long a key stays taken. Raises one of PlacingRefused.
    """
    return in_statement(engine, lambda connection: place_on(connection, order, kept_hours))


def place_on(connection: Connection, order: NewOrder, kept_hours: int = 24) -> Placed:
    """The same on a connection whose transaction is somebody else's to commit."""
    values = {
        "customer": order.customer_id,
        "merchant": order.merchant_id,
        "products": [product for product, _ in order.items],
        "quantities": [quantity for _, quantity in order.items],
        "token": order.payment_token,
        "key": order.idempotency_key,
        "hash": order.request_hash,
        "expected": order.expected_total_cents,
        "trace": order.traceparent,
        "kept": kept_hours,
    }
    row = connection.exec_driver_sql(_PLACE, values).one()
    if row.id is not None:
        return Placed(row.id, row.total_cents, row.created_at, replayed=False)
    # Not placed: a repetition comes before any other reason, since prices may have changed since the first request.
    claimed = connection.exec_driver_sql(_CLAIMED, values).one_or_none()
    if claimed is not None:
        if not claimed.same:
            raise KeyReused
        return Placed(claimed.id, claimed.total_cents, claimed.created_at, replayed=True)
    if not row.merchant_known:
        raise UnknownMerchant
    if row.unknown:
        raise UnknownProducts(row.unknown)
    if order.expected_total_cents not in (None, row.total_cents):
        raise TotalDiffers(row.total_cents)
    raise KeyInFlight


@dataclass(frozen=True, slots=True)
class OrderSummary:
    id: UUID
    customer_id: UUID
    merchant_id: UUID
    status: Status
    version: int
    total_cents: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Item:
    product_id: UUID
    name: str
    quantity: int
    unit_price_cents: int


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    version: int
    type: str
    status: Status
    detail: dict[str, Any]
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Order:
    summary: OrderSummary
    items: list[Item]
    timeline: list[TimelineEntry]


_SUMMARY = "id, customer_id, merchant_id, status, version, total_cents, created_at, updated_at"

# One statement, so that row, items and timeline are of the same moment.
_READ = text(f"""
select {_SUMMARY},
    (select json_agg(json_build_array(i.product_id, p.name, i.quantity, i.unit_price_cents) order by i.position)
     from order_items i join products p on p.id = i.product_id where i.order_id = o.id) as items,
    (select json_agg(json_build_array(e.version, e.type, e.status, e.detail, e.occurred_at) order by e.version)
     from order_events e where e.order_id = o.id) as timeline
from orders o where id = :id
""")  # noqa: S608  # _SUMMARY is a constant


def read(engine: Engine, order_id: UUID) -> Order | None:
    """The order with its items and its timeline, or None."""
    row = in_statement(engine, lambda connection: connection.execute(_READ, {"id": order_id}).one_or_none())
    if row is None:
        return None
    return Order(
        _summary(row),
        [Item(UUID(product), name, quantity, price) for product, name, quantity, price in row.items],
        [
            TimelineEntry(version, kind, Status(status), detail, datetime.fromisoformat(at))
            for version, kind, status, detail, at in row.timeline
        ],
    )


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """None means any. created_from is inclusive, created_to exclusive."""

    customer_id: UUID | None = None
    merchant_id: UUID | None = None
    status: Status | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None


def page(engine: Engine, wanted: OrderFilter, before: UUID | None, limit: int) -> list[OrderSummary]:
    """Newest first, at most limit; before is the id of the last order of the page before."""
    conditions = {
        "customer_id = :customer": wanted.customer_id,
        "merchant_id = :merchant": wanted.merchant_id,
        "status = :status": wanted.status,
        "created_at >= :created_from": wanted.created_from,
        "created_at < :created_to": wanted.created_to,
        "id < :before": before,
    }
    # Only the conditions that are asked for, so that each combination gets the index that suits it.
    used = {condition: value for condition, value in conditions.items() if value is not None}
    where = " and ".join(used) or "true"
    statement = text(f"select {_SUMMARY} from orders where {where} order by id desc limit :limit")  # noqa: S608
    values: dict[str, Any] = {condition.rsplit(":", 1)[1]: value for condition, value in used.items()}
    rows = in_statement(engine, lambda connection: connection.execute(statement, values | {"limit": limit}).all())
    return [_summary(row) for row in rows]


def _summary(row: Row[Any]) -> OrderSummary:
    return OrderSummary(
        row.id,
        row.customer_id,
        row.merchant_id,
        Status(row.status),
        row.version,
        row.total_cents,
        row.created_at,
        row.updated_at,
    )
