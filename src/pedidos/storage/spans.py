"""The store of spans: a ring of 100,000, of the last day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Engine

from pedidos.storage.engine import in_statement

KEPT_HOURS = 24

MOST_SHOWN = 2000
"""Spans of one trace that are read at most: an order that waits for weeks gets new ones all the time."""


@dataclass(frozen=True, slots=True)
class Span:
    """A finished span. Ids are hexadecimal, times nanoseconds since the epoch. parent: empty for the first span.
    links: (trace, span) pairs. failed: why, if it failed. process: its kind, instance its name."""

    trace_id: UUID
    span_id: str
    parent: str
    name: str
    began_ns: int
    ended_ns: int
    process: str
    instance: str
    attributes: Mapping[str, Any] = field(default_factory=dict)
    links: Sequence[tuple[str, str]] = ()
    failed: str | None = None


# Slots come from the column's sequence. A slot that is taken has the oldest span, which is replaced.
_WRITE = """
insert into spans (trace_id, began, span)
select trace_id, began, span from json_to_recordset(%(spans)s::json) as s (trace_id uuid, began timestamptz, span jsonb)
on conflict (slot) do update set trace_id = excluded.trace_id, began = excluded.began, span = excluded.span
"""

_OF_TRACE = """
select span from spans
where trace_id = %(trace)s and began > now() - %(hours)s * interval '1 hour'
order by began
limit %(most)s
"""

_DELETE_OLD = """
delete from spans where slot = any(array(
    select slot from spans where began < now() - %(hours)s * interval '1 hour' limit %(limit)s
))
"""


def write(engine: Engine, spans: Sequence[Span]) -> None:
    """Stores spans. Raises DatabaseUnavailable, Held."""
    rows = [
        {"trace_id": span.trace_id, "began": datetime.fromtimestamp(span.began_ns / 1e9, UTC), "span": span}
        for span in spans
    ]
    values = {"spans": orjson.dumps(rows).decode()}
    in_statement(engine, lambda connection: connection.exec_driver_sql(_WRITE, values))


def of_trace(engine: Engine, trace_id: UUID) -> list[Span]:
    """The spans of a trace that are still there, by their begin: those of an order, if the id is an order's. Raises
    DatabaseUnavailable, Held."""
    values = {"trace": trace_id, "hours": KEPT_HOURS, "most": MOST_SHOWN}
    found = in_statement(engine, lambda connection: list(connection.exec_driver_sql(_OF_TRACE, values).scalars()))
    spans = [
        Span(**{**span, "trace_id": UUID(span["trace_id"]), "links": [tuple(link) for link in span["links"]]})
        for span in found
    ]
    return sorted(spans, key=lambda span: span.began_ns)


def delete_old(engine: Engine, limit: int) -> int:
    """Deletes spans that are older than a day, at most limit. Returns their number."""
    values = {"hours": KEPT_HOURS, "limit": limit}
    return in_statement(engine, lambda connection: connection.exec_driver_sql(_DELETE_OLD, values).rowcount)
