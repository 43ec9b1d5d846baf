"""Places orders: any number of them in one statement and one commit."""

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, Engine, Row

from pedidos.domain.options import Choices
from pedidos.domain.order_limits import OrderLimiter, OrderLimits
from pedidos.domain.pricing import NoPrice
from pedidos.domain.scheduling import Schedule
from pedidos.storage.engine import in_statement, in_transaction
from pedidos.storage.orders import extras as order_extras
from pedidos.storage.orders import placing_choices, placing_extras
from pedidos.storage.orders.account_use import IS_QUIET, refusals
from pedidos.storage.orders.extras import NO_EXTRAS, Extras
from pedidos.storage.orders.placed import (
    ChoicesDoNotFit,
    HasNoPrice,
    KeyInFlight,
    KeyReused,
    NearLimit,
    Outcome,
    Placed,
    PlacingRefused,
    RowHeld,
    TotalDiffers,
    UnknownAccount,
    UnknownMerchant,
    UnknownProducts,
)
from pedidos.storage.sql import Sql


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order that a customer requests. items: (product, quantity) pairs. choices: of these items. request_hash: the
    SHA-256 of the request. traced: whether it gets an id that is sampled (domain.sampling). schedule: if it is for
    later."""

    customer_id: UUID
    merchant_id: UUID
    items: Sequence[tuple[UUID, int]]
    payment_token: str
    idempotency_key: str
    request_hash: bytes
    expected_total_cents: int | None = None
    traceparent: str | None = None
    traced: bool = False
    extras: Extras = NO_EXTRAS
    choices: Choices = field(default_factory=dict)
    schedule: Schedule | None = None

    @property
    def is_plain(self) -> bool:
        """Whether the shortest form of the statement can place it."""
        return self.extras is NO_EXTRAS and self.schedule is None and not self.choices


NOTIFY_CHANNEL = "order_placed"
"""The channel on which PostgreSQL wakes the processes that read the event log for new orders."""
NOTIFY_MAX_BATCH = 2
"""A commit with more orders than this sends no notification. With so much traffic the relay reads the log often anyway,
and a commit that notifies makes others wait for it."""

KEY_SHARE = Sql("for key share skip locked")
"""Locks a row as a foreign key does, but skips a row that another session holds. Orders that need it are refused,
and the others continue. The foreign key itself would wait, and the whole batch with it."""

TRACED_ID = Sql("overlay(uuidv7()::text placing 'ff-ff' from 22 for 5)::uuid")
"""A UUIDv7 whose random bits are at least domain.sampling.WATCHED: the first 16 of the last 56 bits are set."""

KEY_IS_FREE = Sql("pg_try_advisory_xact_lock(hashtextextended(key, hashtextextended(customer_id::text, 0)))")
"""No other request with the idempotency key is in flight. Without this lock, the insert would wait for that one."""

KEY_HAS_EXPIRED = Sql("idempotency_keys.created_at < excluded.created_at - %(kept)s * interval '1 hour'")
"""A key that is taken can be taken again only after this time."""

FIRST_EVENT = Sql("""first_event as (
    insert into order_events
        (order_id, version, type, status, customer_id, merchant_id, detail, traceparent, occurred_at)
    select placed.id, 1, case placed.status when 'received' then 'order.placed' else 'order.scheduled' end,
           placed.status, customer_id, merchant_id,
           case when placed.scheduled_for is null then jsonb_build_object('total_cents', placed.total_cents)
                else jsonb_build_object('total_cents', placed.total_cents, 'scheduled_for', placed.scheduled_for) end,
           trace, placed.created_at
    from placed join allowed on allowed.order_id = placed.id
)""")
"""One statement writes the order and its event, in one commit: neither exists without the other."""

# One statement and one commit for all orders of a batch. It waits for no lock that another session can keep. If a row
# is held or the key is taken, nothing is written for that order.
# The orders are one JSON text: the driver takes longer to write ten arrays than PostgreSQL takes to parse it.
_STATEMENT = """
with asked as (
    select * from json_to_recordset(%(orders)s::json) as a (
        n int, customer_id uuid, merchant_id uuid, token text, key text, hash text, expected bigint, trace text,
        traced bool, items json, busy bool, nth int, units bigint{more_asked}
    )
), wanted as (
    select a.n, i.position, i.product_id, i.quantity, p.name, {price} as price_cents{more_of_items}
    from asked a
    cross join rows from {item_rows}
    left join lateral (
        select name, price_cents, needs_choices from products where id = i.product_id {key_share}
    ) p on true{chosen}
), judged as materialized (
    -- A row that is not free is held or does not exist. Only then is it read again, without a lock.
    select a.*, w.total_cents, w.unknown,
           m.free or (select true from merchants where id = a.merchant_id) as merchant_known,
           c.free or (select true from accounts where id = a.customer_id) as account_known,
           not coalesce(w.free and m.free and c.free, false) as held,
           not %(limited)s or ({is_quiet}) as quiet{more_judged}
    from asked a
    join {totals} w using (n)
    left join lateral (select true as free from merchants where id = a.merchant_id {key_share}) m on true
    left join lateral (select true as free from accounts where id = a.customer_id {key_share}) c on true
), allowed as materialized (
    select *, case when traced then {traced_id} else uuidv7() end as order_id, clock_timestamp() as at
    from judged
    where unknown is null and merchant_known and not held and (expected is null or total_cents = expected)
      and quiet{more_allowed} and {key_is_free}
), claim as (
    insert into idempotency_keys (customer_id, key, request_hash, order_id, created_at)
    select customer_id, key, decode(hash, 'hex'), order_id, at from allowed
    on conflict (customer_id, key) do update
        set request_hash = excluded.request_hash, order_id = excluded.order_id, created_at = excluded.created_at
        where {key_has_expired}
    returning order_id
), placed as (
    insert into orders
        (id, customer_id, merchant_id, status, version, total_cents, payment_token, created_at,
         updated_at{when_columns})
    select order_id, customer_id, merchant_id, {status}, 1, total_cents, token, at, at{when_values}
    from allowed join claim using (order_id)
    returning id, status, total_cents, created_at, scheduled_for
), filled as (
    insert into order_items (order_id, position, product_id, quantity, unit_price_cents, name{more_columns})
    select placed.id, wanted.position, wanted.product_id, wanted.quantity, wanted.price_cents, wanted.name{more_values}
    from placed join allowed on allowed.order_id = placed.id join wanted using (n)
){more_written}, {first_event}
select judged.n, judged.unknown, judged.account_known, judged.merchant_known, judged.held, judged.total_cents,
       judged.quiet, placed.id, placed.created_at, {misfit} as misfit{more_told},
       case when placed.id is not null and %(channel)s::text is not null then pg_notify(%(channel)s::text, '') end
from judged left join allowed using (n) left join placed on placed.id = allowed.order_id
"""

_PARTS = {
    "key_share": KEY_SHARE,
    "traced_id": TRACED_ID,
    "is_quiet": IS_QUIET,
    "key_is_free": KEY_IS_FREE,
    "key_has_expired": KEY_HAS_EXPIRED,
    "first_event": FIRST_EVENT,
}

_PLACE = Sql(_STATEMENT, **_PARTS, **placing_choices.WITHOUT, **placing_extras.WITHOUT)

_PLACE_WITH_EXTRAS = Sql(_STATEMENT, **_PARTS, **placing_choices.WITHOUT, **placing_extras.WITH)

_PLACE_WITH_CHOICES = Sql(_STATEMENT, **_PARTS, **placing_choices.WITH)

_CLAIMED = """
select a.n, k.request_hash = decode(a.hash, 'hex') as same, o.id, o.total_cents, o.created_at
from json_to_recordset(%(orders)s::json) as a (n int, customer_id uuid, key text, hash text)
join idempotency_keys k on k.customer_id = a.customer_id and k.key = a.key
join orders o on o.id = k.order_id
"""


def place(engine: Engine, order: NewOrder, kept_hours: int = 24, limiter: OrderLimiter | None = None) -> Placed:
    """Makes the order durable, with its items, its first event and its idempotency key.

    The order keeps the names and prices that the catalogue has now.
    kept_hours: how long a key stays taken. limiter: without one, an account has no limits. Raises a subclass of
    PlacingRefused.
    """
    (outcome,) = place_many(engine, [order], kept_hours, limiter)
    if isinstance(outcome, PlacingRefused):
        raise outcome
    return outcome


def place_many(
    engine: Engine, orders: Sequence[NewOrder], kept_hours: int = 24, limiter: OrderLimiter | None = None
) -> list[Outcome]:
    """The same for many orders, in one commit. Returns the outcome of each order, in the same sequence.

    Orders of accounts that are not quiet follow in a second commit, which counts exactly.
    """
    outcomes = in_statement(engine, lambda connection: place_on(connection, orders, kept_hours, limiter))
    if limiter is None:
        return outcomes
    near = [n for n, outcome in enumerate(outcomes) if isinstance(outcome, NearLimit)]
    if near:
        limits, left = limiter.limits, [orders[n] for n in near]
        counted = in_transaction(engine, lambda connection: _place_counted(connection, left, kept_hours, limits))
        for n, outcome in zip(near, counted, strict=True):
            outcomes[n] = outcome
    pairs = zip(orders, outcomes, strict=True)
    placed = [order.customer_id for order, each in pairs if isinstance(each, Placed) and not each.replayed]
    limiter.note(placed, time.monotonic())
    return outcomes


def _place_counted(
    connection: Connection, orders: Sequence[NewOrder], kept_hours: int, limits: OrderLimits
) -> list[Outcome]:
    """Places the orders that are within the limits of their accounts, of which it has each one to itself."""
    asked = [(order.customer_id, order.items, order.schedule is not None) for order in orders]
    refused = refusals(connection, asked, limits)
    allowed = [order for n, order in enumerate(orders) if n not in refused]
    placed = iter(place_on(connection, allowed, kept_hours) if allowed else [])
    return [refused[n] if n in refused else next(placed) for n in range(len(orders))]


def repeated(engine: Engine, order: NewOrder) -> Outcome | None:
    """The outcome of a request under a key that is taken already; None if it is not. For an order that can no longer be
    placed: it may have been."""
    asked = {"orders": _json([_asked(0, order)])}
    row = in_statement(engine, lambda connection: connection.exec_driver_sql(_CLAIMED, asked).one_or_none())
    return None if row is None else _outcome(order, None, row, None)


def place_on(
    connection: Connection, orders: Sequence[NewOrder], kept_hours: int = 24, limiter: OrderLimiter | None = None
) -> list[Outcome]:
    """The same on a connection whose transaction the caller may commit. With a limiter, an order of an account that is
    not quiet is not placed: its outcome is NearLimit."""
    first: dict[tuple[UUID, str], int] = {}
    for n, order in enumerate(orders):
        first.setdefault((order.customer_id, order.idempotency_key), n)
    asked = _asked_together({n: orders[n] for n in first.values()}, limiter)
    statement = _statement_for([orders[n] for n in asked])
    placed: dict[int, Row[Any]] = {}
    refused: dict[int, Row[Any]] = {}
    channel = NOTIFY_CHANNEL if len(asked) <= NOTIFY_MAX_BATCH else None
    values = {"orders": _json(asked.values()), "kept": kept_hours, "channel": channel, **_quiet(limiter)}
    for row in connection.exec_driver_sql(statement.text, values):
        (refused if row.id is None else placed)[row.n] = row
    # A repeated request is recognised before any refusal, since prices may have changed since the first request.
    claimed = {}
    if refused:
        found = connection.exec_driver_sql(_CLAIMED, {"orders": _json(asked[n] for n in refused)})
        claimed = {row.n: row for row in found}
    return [_outcome(orders[n], placed.get(n), claimed.get(n), refused.get(n)) for n in range(len(orders))]


def _statement_for(orders: Sequence[NewOrder]) -> Sql:
    """The form of the statement that can place all of these."""
    if any(order.choices for order in orders):
        return _PLACE_WITH_CHOICES
    return _PLACE if all(order.is_plain for order in orders) else _PLACE_WITH_EXTRAS


def _quiet(limiter: OrderLimiter | None) -> dict[str, object]:
    """The parameters of IS_QUIET."""
    if limiter is None:
        return {"limited": False, "quiet_orders": 0, "quiet_units": 0}
    return {"limited": True, "quiet_orders": limiter.quiet_orders, "quiet_units": limiter.quiet_units}


def _asked_together(orders: Mapping[int, NewOrder], limiter: OrderLimiter | None) -> dict[int, dict[str, object]]:
    """The orders as the statement takes them. nth and units: what the account of the order asks for in the batch, up to
    and including this order. busy: the account has placed many orders in the last minute, or has to be counted because
    the order is for later."""
    nth: Counter[UUID] = Counter()
    units: Counter[UUID] = Counter()
    asked = {}
    for n, order in orders.items():
        customer = order.customer_id
        nth[customer] += 1
        units[customer] += sum(quantity for _, quantity in order.items)
        busy = limiter is not None and (order.schedule is not None or limiter.busy(customer, nth[customer]))
        asked[n] = _asked(n, order) | {"busy": busy, "nth": nth[customer], "units": units[customer]}
    return asked


def _asked(n: int, order: NewOrder) -> dict[str, object]:
    asked: dict[str, object] = {
        "n": n,
        "customer_id": order.customer_id,
        "merchant_id": order.merchant_id,
        "token": order.payment_token,
        "key": order.idempotency_key,
        "hash": order.request_hash.hex(),
        "expected": order.expected_total_cents,
        "trace": order.traceparent,
        "items": [{"product_id": product, "quantity": quantity} for product, quantity in order.items],
    }
    if order.choices:
        asked["items"] = [
            {"product_id": product, "quantity": quantity, "choices": order.choices.get(index, ())}
            for index, (product, quantity) in enumerate(order.items)
        ]
    if order.traced:
        asked["traced"] = True
    if order.extras is not NO_EXTRAS:
        asked |= order_extras.asked(order.extras)
    if order.schedule is not None:
        asked |= {"scheduled": order.schedule.scheduled_for, "release": order.schedule.release_at}
    return asked


def _json(asked: Iterable[dict[str, object]]) -> str:
    return orjson.dumps(list(asked)).decode()


def _outcome(order: NewOrder, placed: Row[Any] | None, claimed: Row[Any] | None, refused: Row[Any] | None) -> Outcome:
    if placed is not None:
        return Placed(placed.id, placed.total_cents, placed.created_at, replayed=False)
    if claimed is not None:
        return (
            Placed(claimed.id, claimed.total_cents, claimed.created_at, replayed=True) if claimed.same else KeyReused()
        )
    # Of two requests with one key in a batch, the first one counts as in flight for the second.
    return KeyInFlight() if refused is None else _refusal(order, refused)


def _refusal(order: NewOrder, row: Row[Any]) -> PlacingRefused:  # noqa: PLR0911  # one for each kind of refusal
    if not row.account_known:
        return UnknownAccount()
    if not row.merchant_known:
        return UnknownMerchant()
    if row.unknown:
        return UnknownProducts(row.unknown)
    if row.misfit:
        return ChoicesDoNotFit()
    if row.held:
        return RowHeld()
    if order.extras is not NO_EXTRAS and row.no_price:
        return HasNoPrice(NoPrice(row.no_price))
    if order.expected_total_cents not in (None, row.total_cents):
        return TotalDiffers(row.total_cents)
    return KeyInFlight() if row.quiet else NearLimit()
