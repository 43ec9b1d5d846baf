"""The answer to a commit is lost on the way to the service: a letter is resolved once, and the trail says so once."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import Engine

from pedidos.domain.steps import Step
from pedidos.settings.groups.database import DatabaseSettings
from pedidos.storage.dead_letters.letters import Filter, actions, write
from pedidos.storage.engine import make_engine
from pedidos.storage.once import OutcomeUnknown
from tests.integration.dead_letters.work import Sent, only
from tests.support.shop import Product, place_order
from tests.support.tables import change
from tests.support.wire import COMMIT, Wire


@pytest.fixture
def far(wire: Wire) -> Iterator[Engine]:
    made = make_engine(DatabaseSettings(database_url=wire.url), "tests", answer_seconds=1.0)
    yield made
    made.dispose()


@pytest.fixture
def letter_id(engine: Engine, customer: UUID, products: list[Product]) -> UUID:
    order_id = place_order(engine, customer, products[0]).order_id
    write(engine, "watchdog", "validate", "Still received after 8 hints", order_id)
    return only(engine).id


def test_a_replay_is_done_once(engine: Engine, far: Engine, wire: Wire, letter_id: UUID) -> None:
    sent = Sent()
    service = sent.service(far)
    wire.lose(1, COMMIT)
    assert service.replay(letter_id).done
    assert wire.proxy.answers_to_lose == 0
    assert [*service.send_hints(100)] == [(Step.VALIDATE, 1)]
    assert only(engine, Filter(status="replayed")).id == letter_id
    assert [one.done for one in actions(engine, letter_id)] == [True]


def test_what_was_tried_in_vain_is_noted_once(engine: Engine, far: Engine, wire: Wire, letter_id: UUID) -> None:
    change(engine, "update dead_letters set order_id = null")
    wire.lose(1, COMMIT)
    assert not Sent().service(far).replay(letter_id).done
    assert wire.proxy.answers_to_lose == 0
    assert [one.done for one in actions(engine, letter_id)] == [False]


def test_what_cannot_be_learned_is_said_to_be_unknown(engine: Engine, far: Engine, wire: Wire, letter_id: UUID) -> None:
    wire.lose(1, COMMIT, then_refuse=True)
    with pytest.raises(OutcomeUnknown):
        Sent().service(far).discard(letter_id, "a test order")
    assert only(engine, Filter(status="discarded")).id == letter_id
