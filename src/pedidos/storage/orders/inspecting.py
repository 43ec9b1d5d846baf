"""Reads what PostgreSQL knows about one order, from one snapshot: for an operator who looks into it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, Row

from pedidos.domain.cursor import Cursor
from pedidos.domain.order import Status
from pedidos.domain.payment import PaymentStatus
from pedidos.domain.waiting import Facts, HintFacts, PaymentFacts
from pedidos.storage.engine import in_statement
from pedidos.storage.orders.reading import ITEMS, SUMMARY, Item, OrderSummary, items_of, summary


@dataclass(frozen=True, slots=True)
class Commit:
    """An event of the order, and its place in the log. published: whether the relay's position is behind it."""

    version: int
    type: str
    status: Status
    detail: Mapping[str, Any]
    occurred_at: datetime
    cursor: Cursor
    published: bool

    @property
    def by(self) -> str:
        """Who wrote it: the instance of a worker, or a role with an account; empty if the event does not say."""
        return str(self.detail.get("by") or "")


@dataclass(frozen=True, slots=True)
class Charging:
    """The payment's row. lease_until: until when only the holder of this lease may ask the gateway."""

    status: PaymentStatus
    amount_cents: int
    lease: int
    lease_until: datetime
    attempts: int
    next_attempt: datetime
    reference: str | None
    reason: str | None
    asked_at: datetime | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Stall:
    """What the watchdog knows about an order that does not move from this version."""

    version: int
    hints: int
    next_hint: datetime
    last_error: str | None


@dataclass(frozen=True, slots=True)
class Inspected:
    """at: the time of the snapshot, by PostgreSQL's clock, which all times here are of. commits: without those that are
    no longer kept. release_at: when it is released, if it waits for its time."""

    summary: OrderSummary
    items: Sequence[Item]
    commits: Sequence[Commit]
    payment: Charging | None
    stall: Stall | None
    at: datetime
    release_at: datetime | None = None

    @property
    def facts(self) -> Facts:
        """What decides why it waits."""
        paid, hinted, order = self.payment, self.stall, self.summary
        return Facts(
            order.status,
            order.created_at,
            order.updated_at,
            None
            if paid is None
            else PaymentFacts(
                paid.status, paid.attempts, paid.lease_until, paid.next_attempt, paid.reason, paid.asked_at
            ),
            None if hinted is None else HintFacts(hinted.hints, hinted.next_hint, hinted.last_error),
            self.release_at,
        )


_IS_PUBLISHED = """exists (
    select from relay_positions r
    where (e.txid, e.seq) <= (r.txid, r.seq) and e.txid >= r.begins and (r.ends is null or e.txid < r.ends)
      and mod(get_byte(uuid_send(e.order_id), 14) * 256 + get_byte(uuid_send(e.order_id), 15), r.parts) = r.part
)"""

_INSPECT = f"""
select {SUMMARY}, clock_timestamp() as at, release_at,
    {ITEMS} as items,
    (select coalesce(json_agg(json_build_array(e.version, e.type, e.status, e.detail, e.occurred_at, e.txid::text,
                                               e.seq, {_IS_PUBLISHED}) order by e.version), '[]')
     from order_events e where e.order_id = o.id) as commits,
    (select json_build_array(p.status, p.amount_cents, p.lease, p.lease_until, p.attempts, p.next_attempt, p.reference,
                             p.reason, p.asked_at, p.updated_at)
     from payments p where p.order_id = o.id) as payment,
    (select json_build_array(s.version, s.hints, s.next_hint, s.last_error)
     from stalled_orders s where s.order_id = o.id and s.version = o.version) as stall
from orders o where id = %(id)s
"""  # noqa: S608  # constants


def inspect(engine: Engine, order_id: UUID) -> Inspected | None:
    """The order, or None. Every part is found by an index on the order's id. Raises DatabaseUnavailable, Held."""
    row = in_statement(engine, lambda connection: connection.exec_driver_sql(_INSPECT, {"id": order_id}).one_or_none())
    return None if row is None else _inspected(row)


def _inspected(row: Row[Any]) -> Inspected:
    return Inspected(
        summary(row),
        items_of(row.items),
        [
            Commit(version, kind, Status(status), detail, _time(at), Cursor(int(txid), seq), published)
            for version, kind, status, detail, at, txid, seq, published in row.commits
        ],
        row.payment and _charging(*row.payment),
        row.stall and Stall(row.stall[0], row.stall[1], _time(row.stall[2]), row.stall[3]),
        row.at,
        row.release_at,
    )


def _charging(
    status: str,
    amount_cents: int,
    lease: int,
    lease_until: str,
    attempts: int,
    next_attempt: str,
    reference: str | None,
    reason: str | None,
    asked_at: str | None,
    updated_at: str,
) -> Charging:
    return Charging(
        PaymentStatus(status),
        amount_cents,
        lease,
        _time(lease_until),
        attempts,
        _time(next_attempt),
        reference,
        reason,
        None if asked_at is None else _time(asked_at),
        _time(updated_at),
    )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
