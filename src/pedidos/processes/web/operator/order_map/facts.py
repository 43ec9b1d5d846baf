"""What is known about an order at one place: the attributes of its spans, and the rows that it reads or writes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson
from flask_babel import gettext as _

from pedidos.domain.order import stock_part
from pedidos.domain.payment import idempotency_key
from pedidos.processes.web.formats import instant, money
from pedidos.processes.web.operator.order_map.places import Place
from pedidos.processes.web.operator.order_map.waterfall import PLACE_OF
from pedidos.processes.web.operator.order_map.words import milliseconds
from pedidos.storage.orders.inspecting import Inspected
from pedidos.storage.spans import Span
from pedidos.telemetry import attributes


@dataclass(frozen=True, slots=True)
class Section:
    """A table of facts. heads: of its columns; none for pairs of a name and a value."""

    title: str
    rows: Sequence[Sequence[str]]
    heads: Sequence[str] = ()


def facts(place: Place, found: Inspected, spans: Sequence[Span], zone: str) -> list[Section]:
    """The sections about this place: first the rows, then the spans. zone: of the times."""
    rows = _ROWS.get(place, _nothing)(found, zone)
    return [*rows, *(_of_span(span, zone) for span in spans_at(place, spans))]


def spans_at(place: Place, spans: Sequence[Span]) -> list[Span]:
    """The spans of the work at this place."""
    if place is Place.EDGE:
        return []
    wanted = Place.RELAY if place is Place.KAFKA else place
    return [span for span in spans if PLACE_OF.get(span.name, Place.WORKER) is wanted]


def batch_of(span: Span) -> str | None:
    """The trace of the batch that the span is a part of."""
    return span.links[0][0] if span.links and span.parent else None


def _of_span(span: Span, zone: str) -> Section:
    event = span.attributes.get(attributes.EVENT)
    began = datetime.fromtimestamp(span.began_ns / 1e9, UTC)
    pairs = [
        (_("began"), f"{instant(began, zone).striptags()},{span.began_ns // 1_000_000 % 1000:03}"),
        (_("took"), _("%(time)s ms", time=milliseconds((span.ended_ns - span.began_ns) / 1e6))),
        (_("process"), span.instance),
        *((name, str(value)) for name, value in sorted(span.attributes.items()) if value != ""),
    ]
    if span.failed:
        pairs.append((_("failed"), span.failed))
    return Section(" ".join(filter(None, (_("Span"), span.name, str(event or "")))), pairs)


def _order(found: Inspected, zone: str) -> Iterator[Section]:
    summary = found.summary
    yield Section(
        _("Row in orders"),
        [
            ("status", summary.status),
            ("version", str(summary.version)),
            ("total", money(summary.total_cents)),
            ("created_at", _time(summary.created_at, zone)),
            ("updated_at", _time(summary.updated_at, zone)),
        ],
    )
    yield Section(
        _("Rows in order_events"),
        [
            (
                str(commit.version),
                commit.type,
                _time(commit.occurred_at, zone),
                str(commit.cursor),
                _("yes") if commit.published else _("no"),
                orjson.dumps(commit.detail).decode(),
            )
            for commit in found.commits
        ],
        ("version", "type", "occurred_at", "txid-seq", _("published"), "detail"),
    )


def _payment(found: Inspected, zone: str) -> Iterator[Section]:
    payment = found.payment
    if payment is None:
        return
    yield Section(
        _("Row in payments"),
        [
            ("status", payment.status),
            ("amount", money(payment.amount_cents)),
            (_("idempotency key"), idempotency_key(found.summary.id)),
            ("attempts", str(payment.attempts)),
            ("lease", str(payment.lease)),
            ("lease_until", _time(payment.lease_until, zone)),
            ("next_attempt", _time(payment.next_attempt, zone)),
            *([("asked_at", _time(payment.asked_at, zone))] if payment.asked_at else []),
            *([("reference", payment.reference)] if payment.reference else []),
            *([("reason", payment.reason)] if payment.reason else []),
        ],
    )


def _stall(found: Inspected, zone: str) -> Iterator[Section]:
    stall = found.stall
    if stall is None:
        return
    yield Section(
        _("Row in stalled_orders"),
        [
            ("version", str(stall.version)),
            ("hints", str(stall.hints)),
            ("next_hint", _time(stall.next_hint, zone)),
            *([("last_error", stall.last_error)] if stall.last_error else []),
        ],
    )


def _units(found: Inspected, _zone: str) -> Iterator[Section]:
    part = stock_part(found.summary.status)
    yield Section(
        _("Units, and the column of stock in which they are counted now"),
        [(item.name, str(item.quantity), part) for item in found.items],
        (_("product"), _("units"), "stock"),
    )


def _worker(found: Inspected, zone: str) -> Iterator[Section]:
    yield from _stall(found, zone)
    yield from _payment(found, zone)
    yield from _units(found, zone)


def _nothing(_found: Inspected, _zone: str) -> Iterator[Section]:
    return iter(())


_ROWS: Mapping[Place, Callable[[Inspected, str], Iterator[Section]]] = {
    Place.LOG: _order,
    Place.QUEUE: _stall,
    Place.WORKER: _worker,
    Place.GATEWAY: _payment,
}


def _time(at: datetime, zone: str) -> str:
    return f"{instant(at, zone).striptags()},{at.microsecond // 1000:03}"
