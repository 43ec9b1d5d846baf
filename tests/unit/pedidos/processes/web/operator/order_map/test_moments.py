"""What a reader steps through."""

from datetime import timedelta

import pytest

from pedidos.processes.web.operator.order_map.moments import State, moments, states
from pedidos.processes.web.operator.order_map.places import Place
from pedidos.processes.web.operator.order_map.standing import standing
from pedidos.processes.web.operator.order_map.way import way
from tests.unit.pedidos.processes.web.operator.order_map.recordings import (
    CONFIRMED,
    DECLINED,
    KILLED,
    NAMES,
    Recording,
    recorded,
)


def states_of(recording: Recording) -> dict[Place, State]:
    visits = way(recording.found.commits, recording.spans)
    return states(visits, standing(recording.found, visits, traced=True))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("spans", [True, False])
def test_moments_never_go_back(name: str, spans: bool) -> None:
    recording = recorded(name) if spans else recorded(name).without_spans()
    visits = way(recording.found.commits, recording.spans)
    found = moments(visits)
    assert [moment.visit for moment in found] == visits
    assert [moment.at for moment in found] == sorted(moment.at for moment in found)
    assert all(moment.exact for moment in found) == spans


def test_a_finished_order_has_passed_all_places_that_it_needed() -> None:
    found = states_of(recorded(CONFIRMED))
    assert found.pop(Place.STREAM) is State.HERE
    assert set(found.values()) == {State.PASSED}
    assert states_of(recorded(DECLINED))[Place.GATEWAY] is State.PASSED


def test_what_is_not_there_yet_is_ahead() -> None:
    found = states_of(recorded(KILLED).at(timedelta(seconds=1.8)))
    assert found[Place.QUEUE] is State.WAITING
    assert [found[place] for place in (Place.WORKER, Place.GATEWAY, Place.STREAM)] == [State.AHEAD] * 3
    assert found[Place.BRIDGE] is State.PASSED


def test_an_order_that_ended_early_never_used_the_rest() -> None:
    found, spans = recorded(DECLINED)
    visits = [visit for visit in way(found.commits, spans) if visit.place is not Place.GATEWAY]
    assert states(visits, standing(found, visits, traced=True))[Place.GATEWAY] is State.UNUSED
