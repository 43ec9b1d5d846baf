"""Which records an address asks for; what makes no sense is named, and asks for nothing."""

from uuid import uuid4

import pytest

from pedidos.messaging.topics import PLACED
from pedidos.processes.web.operator.kafka.wanted import Wanted


def test_a_place_a_time_or_an_order() -> None:
    order_id = uuid4()
    wanted = Wanted.of({"topic": PLACED, "partition": " 3", "offset": "12", "order": f" {order_id} "}, "UTC")
    assert wanted == Wanted(PLACED, 3, 12, None, order_id)
    assert wanted.query(-5) == f"topic={PLACED}&partition=3&offset=0"
    at = Wanted.of({"topic": PLACED, "since": "2026-11-29T12:00"}, "America/Sao_Paulo").since
    assert at is not None
    assert at.isoformat() == "2026-11-29T12:00:00-03:00"
    assert Wanted.of({}, "UTC") == Wanted()


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"topic": "x"}, {"topic"}),
        ({"partition": "x"}, {"partition"}),
        ({"partition": "³", "offset": "1"}, {"partition"}),
        ({"partition": "1", "offset": str(2**63)}, {"offset"}),
        ({"offset": "1"}, {"partition"}),
        ({"since": "2026-11-29T12:00Z"}, {"since"}),
        ({"since": "0001-01-01T00:00"}, {"since"}),
        ({"order": "x"}, {"order"}),
    ],
)
def test_what_makes_no_sense(given: dict[str, str], wrong: set[str]) -> None:
    assert Wanted.of(given, "UTC").wrong == wrong
