"""A day's figures, without a browser."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest

from tests.integration.web.kitchen import Kitchen
from tests.support.api import World, make_world
from tests.support.pages import Visitor
from tests.support.processes import ServingProcess

ZONE = ZoneInfo("America/Sao_Paulo")


@pytest.fixture
def others(database_url: str) -> World:
    """A world whose merchant has no orders yet."""
    return make_world(database_url)


@pytest.fixture
def merchant(web: ServingProcess, others: World) -> Visitor:
    visitor = Visitor(web)
    visitor.signs_in(others.emails["merchant"])
    return visitor


def test_a_day_without_orders_says_so(merchant: Visitor) -> None:
    page = merchant.get("/figures").text
    assert "<h1>No orders on this day</h1>" in page
    assert "The day after" not in page


def test_orders_revenue_failures_and_the_time_to_accept(merchant: Visitor, others: World, database_url: str) -> None:
    kitchen = Kitchen(database_url, others)
    for status in ("confirmed", "preparing", "delivered", "cancelled", "declined"):
        kitchen.order(status)
    accepted = kitchen.order()
    merchant.post(f"/board/{accepted}/move", {"to": "preparing"})
    with psycopg.connect(database_url) as connection:
        connection.execute("alter table order_events disable trigger order_events_append_only")
        connection.execute(
            "update order_events set occurred_at = occurred_at - interval '90 seconds'"
            " where order_id = %s and type = 'order.confirmed'",
            [accepted],
        )
        connection.execute("alter table order_events enable trigger order_events_append_only")
    page = merchant.get("/figures").text
    assert "<h1>R$40.00 earned, with 6 orders</h1>" in page
    assert "2 of them failed" in page
    assert sum(map(int, re.findall(r'<td class="n" data-value="(\d+)">', page))) == 6
    assert re.search(r'data-value="9\d(\.\d+)?"', page)
    for name in ("cancelled", "payment declined"):
        assert f">{name}</span>" in page


def test_another_day_has_its_own_orders(merchant: Visitor, others: World, database_url: str) -> None:
    Kitchen(database_url, others).order(ago="-3 days")
    day = datetime.now(ZONE).date() - timedelta(days=3)
    assert "with 1 order" in merchant.get(f"/figures?day={day}").text
    assert "No orders on this day" in merchant.get("/figures").text


@pytest.mark.parametrize("day", ["", "x", "2026-13-01", "1999-01-01", "9999-12-31", "<script>", "9" * 1000])
def test_a_day_that_is_none_is_today(merchant: Visitor, day: str) -> None:
    answer = merchant.ask("GET", "/figures", {}, params={"day": day})
    assert answer.status_code == 200
    assert "The day after" not in answer.text
