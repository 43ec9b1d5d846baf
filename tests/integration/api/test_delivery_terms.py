"""What a merchant asks for a delivery, over HTTP."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from sqlalchemy import Engine

from tests.support.api import Api
from tests.support.tables import rows

HERE = {"latitude": -23.5505, "longitude": -46.6333}
BANDS = {
    "bands": [{"up_to_metres": 2000, "fee_cents": 0}, {"up_to_metres": 5000, "fee_cents": 900}],
    "location": HERE,
    "free_from_cents": 8000,
}


@pytest.fixture(autouse=True)
def none_left(engine: Engine) -> Iterator[None]:
    yield
    with engine.begin() as connection:
        connection.exec_driver_sql("delete from delivery_terms")


def put(api: Api, body: dict[str, Any], who: str = "merchant") -> requests.Response:
    return api.ask("PUT", f"/v1/merchants/{api.world.merchant}/delivery", who=who, json=body)


def read(api: Api) -> dict[str, Any]:
    answer = api.ask("GET", f"/v1/merchants/{api.world.merchant}/delivery")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def test_terms_are_set_shown_to_everyone_and_ended(api: Api, engine: Engine) -> None:
    assert not read(api)["delivers"]
    assert put(api, {"flat_cents": 700}).status_code == 200
    assert read(api) == {
        "delivers": True,
        "flat_cents": 700,
        "bands": [],
        "free_from_cents": None,
        "location": None,
    }
    assert put(api, BANDS).json() == read(api)
    assert read(api)["bands"] == BANDS["bands"]
    assert api.ask("DELETE", f"/v1/merchants/{api.world.merchant}/delivery", who="merchant").status_code == 204
    assert not read(api)["delivers"]
    entries = rows(
        engine,
        "select detail from audit_log where subject = :id and action = 'merchant.delivery_set' order by number",
        id=str(api.world.merchant),
    )
    assert [entry.detail.get("flat_cents", "none") for entry in entries][-3:] == [700, None, "none"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "flat_cents"),
        ({"flat_cents": 1, **BANDS}, "flat_cents"),
        ({"bands": BANDS["bands"]}, "location"),
        ({"bands": BANDS["bands"][::-1], "location": HERE}, "bands"),  # type: ignore[index]
        ({"bands": [BANDS["bands"][0]] * 2, "location": HERE}, "bands"),  # type: ignore[index]
        ({"bands": [{"up_to_metres": n + 1, "fee_cents": 1} for n in range(21)], "location": HERE}, "bands"),
        ({"flat_cents": -1}, "flat_cents"),
        ({"flat_cents": 100_001}, "flat_cents"),
        ({"flat_cents": 1, "free_from_cents": 0}, "free_from_cents"),
        ({"bands": [{"up_to_metres": 0, "fee_cents": 1}], "location": HERE}, "bands.0.up_to_metres"),
    ],
)
def test_terms_that_make_no_sense_are_refused_by_field(api: Api, body: dict[str, Any], field: str) -> None:
    answer = put(api, body)
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not read(api)["delivers"]


def test_nobody_else_sets_them(api: Api) -> None:
    assert put(api, {"flat_cents": 1}, "merchant2").status_code == 404
    assert put(api, {"flat_cents": 1}, "customer").status_code == 403
    assert api.ask("GET", "/v1/merchants/01900000-0000-7000-8000-00000000dead/delivery").status_code == 404
