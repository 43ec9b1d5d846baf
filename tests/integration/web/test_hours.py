"""When a merchant is open, without a browser: hours, holidays and "closed now", and what customers see of them."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest

from tests.support.api import World
from tests.support.pages import Visitor
from tests.support.processes import ServingProcess

ZONE = ZoneInfo("America/Sao_Paulo")
MARKUP = '"><script>alert(1)</script>'


@pytest.fixture
def merchant(web: ServingProcess, world: World, database_url: str) -> Iterator[Visitor]:
    """Of the merchant whose products no other test orders; it is open day and night again afterwards."""
    visitor = Visitor(web)
    visitor.signs_in(world.emails["merchant2"])
    yield visitor
    with psycopg.connect(database_url) as connection:
        connection.execute("delete from closures where merchant_id = %s", [world.other_merchant])
        connection.execute("delete from opening_hours where merchant_id = %s", [world.other_merchant])
        connection.execute(
            "insert into opening_hours (merchant_id, weekday, opens, closes)"
            " select %s, day, 0, 1440 from generate_series(1, 7) as day",
            [world.other_merchant],
        )


def form_of(merchant: Visitor) -> dict[str, Any]:
    """The form of the week, as the page has it."""
    text = merchant.get("/hours").text
    return {
        name: value
        for name, value in re.findall(r'name="(seen|opens-\d-\d|closes-\d-\d)" value="([^"]*)"', text)
        if value
    }


def stored(database_url: str, world: World) -> list[tuple[int, int, int]]:
    with psycopg.connect(database_url) as connection:
        return connection.execute(
            "select weekday, opens, closes from opening_hours where merchant_id = %s order by 1, 2",
            [world.other_merchant],
        ).fetchall()


def sees(visitor: Visitor, world: World) -> str:
    """The line about the hours that a customer sees in the shop."""
    found = re.search(
        r'<div class="lead-in">(.*?)</div>', visitor.get(f"/shops/{world.other_merchant}").text, re.DOTALL
    )
    assert found is not None
    return found[1]


def test_the_hours_of_a_week_are_replaced_also_by_a_form_that_is_sent_twice(
    merchant: Visitor, world: World, database_url: str
) -> None:
    form = {"seen": form_of(merchant)["seen"], "opens-1-0": "09:00", "closes-1-0": "14:00"}
    form |= {"opens-5-0": "18:00", "closes-5-0": "02:00"}
    for _ in range(2):
        assert merchant.post("/hours", form).headers["Location"] == "/hours"
    assert stored(database_url, world) == [(1, 540, 840), (5, 1080, 1440), (6, 0, 120)]
    # What the page shows is what it stores.
    merchant.post("/hours", form_of(merchant))
    assert stored(database_url, world) == [(1, 540, 840), (5, 1080, 1440), (6, 0, 120)]


def test_a_stale_tab_overwrites_no_hours(merchant: Visitor, world: World, database_url: str) -> None:
    seen = form_of(merchant)["seen"]
    merchant.post("/hours", {"seen": seen, "opens-1-0": "09:00", "closes-1-0": "14:00"})
    answer = merchant.post("/hours", {"seen": seen, "opens-2-0": "09:00", "closes-2-0": "14:00"})
    assert answer.status_code == 409
    assert "The hours were changed meanwhile" in answer.text
    assert stored(database_url, world) == [(1, 540, 840)]


@pytest.mark.parametrize(
    "pair", [("09:00", ""), ("", "09:00"), ("x" * 10_000, "09:00"), (MARKUP, MARKUP), ("25:00", "26:00")]
)
def test_a_time_that_is_none_is_named_with_its_day(
    merchant: Visitor, world: World, database_url: str, pair: tuple[str, str]
) -> None:
    before = stored(database_url, world)
    form = {"seen": form_of(merchant)["seen"], "opens-3-0": pair[0], "closes-3-0": pair[1]}
    answer = merchant.post("/hours", form)
    assert answer.status_code == 422
    assert "Enter both times" in answer.text.split("Wednesday</legend>")[1].split("</fieldset>")[0]
    assert "<script>alert" not in answer.text
    assert stored(database_url, world) == before


def test_closed_now_is_seen_by_customers_and_ends_when_it_is_ended(
    merchant: Visitor, visitor: Visitor, world: World
) -> None:
    assert "open" in sees(visitor, world)
    for _ in range(2):
        assert merchant.post("/hours/close", {"for": "30"}).headers["Location"] == "/hours"
    page = merchant.get("/hours").text
    assert "<h1>You are closed</h1>" in page
    assert page.count("You have closed until") == 1
    assert "closed" in sees(visitor, world)
    for _ in range(2):
        merchant.post("/hours/reopen")
    assert "<h1>You are open</h1>" in merchant.get("/hours").text
    assert "day and night" in sees(visitor, world)


def test_the_rest_of_today_ends_at_midnight_of_the_merchant(merchant: Visitor, visitor: Visitor, world: World) -> None:
    merchant.post("/hours/close", {"for": "today"})
    midnight = (datetime.now(ZONE) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    assert f'datetime="{midnight.isoformat(timespec="seconds")}"' in sees(visitor, world)


@pytest.mark.parametrize("minutes", ["", "0", "-5", "31", "9" * 10_000, MARKUP])
def test_an_edited_time_closes_nothing(merchant: Visitor, minutes: str) -> None:
    assert merchant.post("/hours/close", {"for": minutes}).status_code == 400
    assert "You are open" in merchant.get("/hours").text


def test_a_holiday_is_whole_days_and_can_be_removed_twice(merchant: Visitor, database_url: str) -> None:
    first = datetime.now(ZONE).date() + timedelta(days=20)
    last = first + timedelta(days=1)
    form = {"first": str(first), "last": str(last), "reason": MARKUP}
    for _ in range(2):
        assert merchant.post("/hours/holidays", form).status_code == 303
    page = merchant.get("/hours").text
    assert "<script>alert" not in page
    assert page.count("/remove") == 1
    with psycopg.connect(database_url) as connection:
        (row,) = connection.execute("select begins, ends from closures where reason = %s", [MARKUP]).fetchall()
    assert [each.astimezone(ZONE).replace(tzinfo=None) for each in row] == [
        datetime.combine(first, datetime.min.time()),
        datetime.combine(last + timedelta(days=1), datetime.min.time()),
    ]
    (address,) = re.findall(r'action="(/hours/closures/[^"]+/remove)"', page)
    for _ in range(2):
        assert merchant.post(address).headers["Location"] == "/hours"
    assert "/remove" not in merchant.get("/hours").text


@pytest.mark.parametrize(
    "form",
    [
        {"first": ""},
        {"first": "tomorrow"},
        {"first": "2020-01-01"},
        {"first": "9999-12-31"},
        {"first": "2026-13-01"},
        {"first": "x" * 10_000},
        {"first": "TODAY", "last": "2020-01-01"},
        {"first": "TODAY", "last": MARKUP},
        {"first": "TODAY", "reason": "x" * 10_000},
        {"first": "TODAY", "reason": "a\x00b"},
    ],
)
def test_days_that_make_no_sense_close_nothing(merchant: Visitor, form: dict[str, str]) -> None:
    today = str(datetime.now(ZONE).date())
    answer = merchant.post("/hours/holidays", {name: value.replace("TODAY", today) for name, value in form.items()})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert "<script>alert" not in answer.text
    page = merchant.get("/hours").text
    assert "/remove" not in page
    assert "You are open" in page


def test_another_merchant_removes_no_holiday(web: ServingProcess, merchant: Visitor, world: World) -> None:
    first = datetime.now(ZONE).date() + timedelta(days=30)
    merchant.post("/hours/holidays", {"first": str(first)})
    (address,) = re.findall(r'action="(/hours/closures/[^"]+/remove)"', merchant.get("/hours").text)
    other = Visitor(web)
    other.signs_in(world.emails["merchant"])
    other.post(address)
    assert address in merchant.get("/hours").text
