"""The spans of an order as bars to scale, or its commits if there are no spans."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pedidos.processes.web.operator.order_map.places import Place
from pedidos.processes.web.operator.order_map.transactions import nanoseconds
from pedidos.storage.orders.inspecting import Commit
from pedidos.storage.spans import Span
from pedidos.telemetry import attributes
from pedidos.telemetry.nesting import nested

PLACE_OF = {
    "accept": Place.API,
    "commit": Place.LOG,
    "publish": Place.RELAY,
    "bridge": Place.BRIDGE,
    "notifier": Place.KAFKA,
    "gateway": Place.GATEWAY,
    "stream": Place.STREAM,
}
"""The place of each span that is not a step's."""


@dataclass(frozen=True, slots=True)
class Bar:
    """name: of the span, or the event of a commit. event: what it was about, if that is something else.

    began_ms: since the first one. left, width: parts of the whole, from
    0 to 1. failed: why."""

    name: str
    event: str
    instance: str
    place: Place
    depth: int
    began_ms: float
    took_ms: float
    left: float
    width: float
    failed: str | None = None


def bars(commits: Sequence[Commit], spans: Sequence[Span]) -> list[Bar]:
    """By the time of their begin, each below the span that it belongs to."""
    return list(_of_spans(spans)) if spans else list(_of_commits(commits))


def whole_ms(found: Sequence[Bar]) -> float:
    """How long all of it took."""
    return max((bar.began_ms + bar.took_ms for bar in found), default=0.0)


def _of_spans(spans: Sequence[Span]) -> Iterator[Bar]:
    begin = min(span.began_ns for span in spans)
    whole = max(max(span.ended_ns for span in spans) - begin, 1)
    for depth, span in nested(spans):
        began, took = span.began_ns - begin, span.ended_ns - span.began_ns
        yield Bar(
            span.name,
            str(span.attributes.get(attributes.EVENT, "")) or _others(span),
            span.instance,
            PLACE_OF.get(span.name, Place.WORKER),
            depth,
            began / 1e6,
            took / 1e6,
            began / whole,
            took / whole,
            span.failed,
        )


def _others(span: Span) -> str:
    """The steps that the span's step did in the same commit."""
    return ", ".join(step for step in str(span.attributes.get(attributes.STEPS, "")).split() if step != span.name)


def _of_commits(commits: Sequence[Commit]) -> Iterator[Bar]:
    if not commits:
        return
    begin = nanoseconds(commits[0].occurred_at)
    whole = max(nanoseconds(commits[-1].occurred_at) - begin, 1)
    for commit in commits:
        after = nanoseconds(commit.occurred_at) - begin
        yield Bar("commit", commit.type, commit.by, Place.LOG, 0, after / 1e6, 0.0, after / whole, 0.0)
