"""Which way the token takes at an event."""

import itertools

from pedidos.messaging.contracts import EVENT_TYPES
from pedidos.processes.web.operator.order_map.arrivals import ARRIVALS
from pedidos.processes.web.operator.order_map.places import PIPES, Place
from pedidos.processes.web.operator.order_map.way import way
from tests.unit.pedidos.processes.web.operator.order_map.recordings import NAMES, recorded


def test_the_page_listens_for_every_event() -> None:
    assert set(ARRIVALS) == set(EVENT_TYPES)


def test_the_token_goes_along_pipes() -> None:
    pipes = {frozenset(pipe) for pipe in PIPES}
    for places in ARRIVALS.values():
        for pair in itertools.pairwise(places):
            assert frozenset(pair) in pipes


def test_the_last_event_of_an_order_leads_where_its_way_ends() -> None:
    for name in NAMES:
        found, spans = recorded(name)
        end = ARRIVALS[found.commits[-1].type][-1]
        assert end is way(found.commits, spans)[-1].place is Place.STREAM
