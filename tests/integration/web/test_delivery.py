"""What a merchant asks for a delivery, on its page."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests.integration.web.test_orders import signed_in
from tests.support.api import World
from tests.support.pages import Visitor
from tests.support.processes import ServingProcess
from tests.support.tables import rows

BANDS = {
    "kind": "bands",
    "location": "-23.5505, -46.6333",
    "metres-0": "2000",
    "fee-0": "0",
    "metres-1": "5000",
    "fee-1": "9.00",
    "metres-2": "",
    "fee-2": "",
    "free_from": "80.00",
}


@pytest.fixture
def merchant(web: ServingProcess, world: World, engine: Engine) -> Iterator[Visitor]:
    yield signed_in(web, world, "merchant2")
    with engine.begin() as connection:
        connection.exec_driver_sql("delete from delivery_terms")


def stored(engine: Engine) -> list[tuple[object, ...]]:
    found = rows(engine, "select flat_cents, band_metres, band_cents, free_from_cents, latitude from delivery_terms")
    return [tuple(row) for row in found]


def test_each_kind_is_stored_and_shown(merchant: Visitor, engine: Engine) -> None:
    assert "Your customers pick their orders up" in merchant.get("/delivery").text
    merchant.post("/delivery", {"kind": "flat", "flat": "7.00", "free_from": ""})
    assert stored(engine) == [(700, [], [], None, None)]
    assert "You deliver for R$7.00" in merchant.get("/delivery").text
    for _ in range(2):
        assert merchant.post("/delivery", BANDS).headers["Location"] == "/delivery?done=1"
    assert stored(engine) == [(None, [2000, 5000], [0, 900], 8000, -23.5505)]
    page = merchant.get("/delivery?done=1").text
    assert "You deliver up to 5,000 m" in page
    assert 'name="fee-1" value="9.00"' in page
    merchant.language = "pt-BR"
    merchant.post("/delivery", {"kind": "flat", "flat": "0", "free_from": "1.000,50"})
    assert stored(engine) == [(0, [], [], 100_050, None)]
    merchant.post("/delivery", {"kind": "none"})
    assert stored(engine) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"location": ""}, "Distances count from your shop"),
        ({"metres-0": "x"}, "Each band needs a distance"),
        ({"fee-1": ""}, "Each band needs a distance"),
        ({"metres-1": "2000"}, "Each band must reach farther"),
        ({"metres-1": "100001"}, "Each band needs a distance"),
        ({"free_from": "-1"}, "Enter an amount"),
        ({"metres-0": "", "fee-0": "", "metres-1": "", "fee-1": ""}, "Enter at least one band"),
        ({"kind": "flat", "flat": ""}, "Enter a fee"),
        ({"kind": "flat", "flat": "1000.01"}, "Enter a fee"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_stored(
    merchant: Visitor, engine: Engine, change: dict[str, str], words: str
) -> None:
    answer = merchant.post("/delivery", BANDS | change)
    assert answer.status_code == 422
    assert words in answer.text
    assert stored(engine) == []


def test_a_strange_form_is_refused(merchant: Visitor) -> None:
    assert merchant.post("/delivery", {"kind": "drone"}).status_code == 400
    assert merchant.post("/delivery", {}).status_code == 400
