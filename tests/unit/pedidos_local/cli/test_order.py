"""order: the lines that it prints, and what it accepts as items."""

import pytest
from typer.testing import CliRunner

from pedidos.domain.order import IN_FLIGHT
from pedidos_dev.cli import app
from pedidos_local.cli.journey import Basket, Journey
from pedidos_local.cli.order import Narrator
from pedidos_local.client.stream import Event


def event(status: str, occurred_at: str) -> Event:
    return Event("1-1", f"order.{status}", {"status": status, "occurred_at": occurred_at}, 0.0)


def test_the_lines_are_in_the_order_of_time(capsys: pytest.CaptureFixture[str]) -> None:
    journey = Journey(Basket("m", {"p": 1}, "tok_ok"), sent_at=10.0, answered_at=10.071)
    journey.answer = {"id": "o", "created_at": "1970-01-01T00:00:10.041+00:00"}
    narrator = Narrator()
    narrator.tell(journey)
    for status, second in (("received", "10.041"), ("validated", "10.090")):
        journey.events.append(event(status, f"1970-01-01T00:00:{second}+00:00"))
        narrator.tell(journey)
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["41", "ms", "received"],
        ["71", "ms", "accepted", "order", "o"],
        ["90", "ms", "validated"],
    ]


def test_an_order_for_later_is_followed_no_further_than_its_answer(capsys: pytest.CaptureFixture[str]) -> None:
    journey = Journey(Basket("m", {"p": 1}, "tok_ok"), sent_at=10.0, answered_at=10.071)
    journey.answer = {"id": "o", "status": "scheduled", "created_at": "1970-01-01T00:00:10.041+00:00"}
    Narrator().tell(journey)
    assert [line.split()[2] for line in capsys.readouterr().out.splitlines()] == ["scheduled", "accepted"]
    assert journey.status not in IN_FLIGHT


@pytest.mark.parametrize("item", ["abc=1", "01900000-0000-7000-8000-000000000101", "=1", "01900000=x"])
def test_an_item_that_is_none_is_refused_before_anything_is_sent(item: str) -> None:
    told = CliRunner().invoke(app, ["order", "--items", item])
    assert told.exit_code == 2
    assert "PRODUCT_ID=N" in told.stderr


def test_a_time_that_is_none_is_refused_before_anything_is_sent() -> None:
    told = CliRunner().invoke(app, ["order", "--for", "noon"])
    assert told.exit_code == 2
    assert "2030-05-02T12:00-03:00" in told.stderr
