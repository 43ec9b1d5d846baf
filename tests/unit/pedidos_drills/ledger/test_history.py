"""Each event is looked for in PostgreSQL and on Kafka."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pedidos.domain.order import Status
from tests.unit.pedidos_drills.ledger.damages.history import delayed, made_ready, money_delayed
from tests.unit.pedidos_drills.ledger.damages.money import with_part
from tests.unit.pedidos_drills.ledger.faithful import (
    CANCELLED_ONE,
    DELIVERED_ONE,
    FATES,
    Fate,
    accused,
    broken,
    faithful,
)
from tests.unit.pedidos_drills.ledger.invariants import HISTORY


def test_a_delay_is_told_for_each_trouble() -> None:
    assert broken(delayed(faithful(), 3)) == set()
    causes = ("provider_errors", "provider_silent", "provider_away")
    assert broken(money_delayed(faithful(), CANCELLED_ONE, *causes)) == set()
    assert broken(money_delayed(with_part(faithful()), DELIVERED_ONE, *causes, "provider_away")) == set()


def test_an_order_is_ready_once() -> None:
    assert broken(made_ready(faithful(), Status.PREPARING, 1)) == set()


@given(st.lists(st.sampled_from(FATES), max_size=6), st.sampled_from(FATES), st.data())
def test_an_event_that_is_missing_anywhere_is_found(fates: list[Fate], fate: Fate, data: st.DataObject) -> None:
    evidence = faithful([*fates, fate])
    missing = data.draw(st.sampled_from(evidence.events))
    on_kafka_only = data.draw(st.booleans())
    topic = [event for event in evidence.topic if event != missing]
    events = evidence.events if on_kafka_only else topic
    damaged = replace(evidence, events=events, topic=topic)
    assert broken(damaged) == {HISTORY}
    assert accused(damaged, HISTORY) == {missing.order_id}
