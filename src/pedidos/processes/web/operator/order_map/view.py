"""The map of one order as the templates show it."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise
from uuid import UUID

from sqlalchemy import Engine

from pedidos.domain import sampling, steps
from pedidos.domain.order import TRANSITIONS
from pedidos.processes.web.operator.order_map.captions import Caption, captions
from pedidos.processes.web.operator.order_map.moments import Moment, State, moments, states
from pedidos.processes.web.operator.order_map.places import Place
from pedidos.processes.web.operator.order_map.standing import Standing, look_again_ms, standing
from pedidos.processes.web.operator.order_map.waterfall import Bar, bars, whole_ms
from pedidos.processes.web.operator.order_map.way import Visit, way
from pedidos.processes.web.operator.order_map.words import Words, moment, words
from pedidos.settings.groups.telemetry import TracedSettings
from pedidos.storage import spans as store
from pedidos.storage.orders.inspecting import Inspected, inspect
from pedidos.storage.spans import Span


@dataclass(frozen=True, slots=True)
class Step:
    """A moment as the scrubber shows it. after_ms: since the first one; None if its time is not known."""

    place: Place
    text: str
    after_ms: float | None
    at_ms: float


@dataclass(frozen=True, slots=True)
class MapView:
    """again_ms: when the page has to look again, besides at events; None if nothing more is to come."""

    found: Inspected
    spans: Sequence[Span]
    now: Standing
    words: Words
    captions: Mapping[Place, Caption]
    states: Mapping[Place, State]
    trail: frozenset[tuple[Place, Place]]
    steps: Sequence[Step]
    bars: Sequence[Bar]
    whole_ms: float
    again_ms: int | None

    @property
    def follows(self) -> bool:
        """Whether events of the order may still come."""
        return bool(TRANSITIONS[self.found.summary.status]) or self.now.why is not None


def read(engine: Engine, order_id: UUID) -> tuple[Inspected, list[Span]] | None:
    """The rows of an order and its spans, or None if there is no such order."""
    found = inspect(engine, order_id)
    return None if found is None else (found, store.of_trace(engine, order_id))


def is_traced(settings: TracedSettings, order_id: UUID) -> bool:
    """Whether spans of this order are expected in the store."""
    on = settings.telemetry and settings.trace_store
    return on and order_id.int & sampling.RANDOM >= sampling.threshold(settings.trace_ratio)


def view_of(
    found: Inspected,
    spans: Sequence[Span],
    zone: str,
    *,
    traced: bool,
    internal: bool,
    untaken: Set[steps.Step] = frozenset(),
) -> MapView:
    """zone: of the times. traced: whether spans of the order are expected. internal: for who runs the platform.
    untaken: the steps from whose queues no worker takes."""
    visits = way(found.commits, spans)
    now = standing(found, visits, traced=traced, untaken=untaken)
    along = moments(visits)
    rows = bars(found.commits, spans)
    return MapView(
        found,
        spans,
        now,
        words(found, visits, spans, now, zone, traced=traced),
        captions(visits, now, internal=internal),
        states(visits, now),
        _trail(visits, now),
        _steps(along, internal=internal),
        rows,
        whole_ms(rows),
        look_again_ms(found, now),
    )


def _trail(visits: Sequence[Visit], now: Standing) -> frozenset[tuple[Place, Place]]:
    """The pairs of places between which the order has gone, in both directions."""
    places = [*(visit.place for visit in visits), now.place]
    return frozenset(pair for one, two in pairwise(places) for pair in ((one, two), (two, one)))


def _steps(along: Sequence[Moment], *, internal: bool) -> list[Step]:
    first = along[0].at if along else 0
    return [
        Step(
            each.visit.place,
            moment(each.visit, internal=internal),
            (each.at - first) / 1e6 if each.exact else None,
            (each.at - first) / 1e6,
        )
        for each in along
    ]
