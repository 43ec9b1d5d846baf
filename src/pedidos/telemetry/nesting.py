"""The spans of a trace in the sequence of a waterfall: each below the one that it belongs to."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from pedidos.telemetry import attributes


class Nestable(Protocol):
    """What is needed of a span. parent: the id of the span above; empty for the first one."""

    @property
    def span_id(self) -> str: ...

    @property
    def parent(self) -> str: ...

    @property
    def began_ns(self) -> int: ...

    @property
    def ended_ns(self) -> int: ...

    @property
    def attributes(self) -> Mapping[str, Any]: ...


S = TypeVar("S", bound=Nestable)


def nested(spans: Sequence[S]) -> Iterator[tuple[int, S]]:
    """The spans with their depth. A span whose parent is not there stands at the top: the parent is dropped, or its
    process was killed."""
    known = {span.span_id for span in spans}
    below: defaultdict[str, list[S]] = defaultdict(list)
    for span in sorted(spans, key=_place):
        below[span.parent if span.parent in known else ""].append(span)

    def descend(parent: str, depth: int) -> Iterator[tuple[int, S]]:
        for span in below.pop(parent, []):
            yield depth, span
            yield from descend(span.span_id, depth + 1)

    return descend("", 0)


def _place(span: Nestable) -> tuple[int, int, int]:
    """Events that were published together began together, and have a number."""
    return span.began_ns, -span.ended_ns, int(span.attributes.get(attributes.NUMBER, 0))
