"""A merchant's board without a browser: what it shows, and what a repeated, stale or edited move does."""

import re
from uuid import UUID

import pytest

from pedidos.processes.web.merchant.board import MOST
from pedidos.storage.orders.board import MOST_ARRIVING
from tests.integration.web.kitchen import Kitchen, nobodys
from tests.support.api import World
from tests.support.pages import Visitor
from tests.support.processes import ServingProcess

SCRIPT = {"HX-Request": "true"}


@pytest.fixture
def kitchen(database_url: str, world: World) -> Kitchen:
    return Kitchen(database_url, world)


@pytest.fixture
def merchant(web: ServingProcess, world: World) -> Visitor:
    return signed_in(web, world, "merchant")


def signed_in(web: ServingProcess, world: World, name: str) -> Visitor:
    visitor = Visitor(web)
    visitor.signs_in(world.emails[name])
    return visitor


def column(text: str, status: str) -> list[str]:
    """The ids of the tickets in a column."""
    found = re.search(rf'data-list="{status}">(.*?)</ol>', text, re.DOTALL)
    assert found is not None
    return re.findall(r'id="order-([0-9a-f-]{36})"', found[1])


def test_each_order_is_in_its_column_and_says_what_is_paid(merchant: Visitor, kitchen: Kitchen) -> None:
    made = {status: str(kitchen.order(status)) for status in ("confirmed", "preparing", "on_its_way", "delivered")}
    text = merchant.get("/board").text
    for status in ("confirmed", "preparing", "on_its_way"):
        assert made[status] in column(text, status)
    assert made["delivered"] not in text
    ticket = text.split(f'id="order-{made["confirmed"]}"')[1].split("</li>\n<li")[0]
    assert "R$10.00 paid" in ticket
    assert "ch_test" in ticket
    assert "2 units: taken from stock" in ticket
    assert "<b>2 ×</b> Pizza 0" in ticket


def test_an_order_that_waits_too_long_is_late_in_words_too(merchant: Visitor, kitchen: Kitchen) -> None:
    order_id = kitchen.order(ago="-7 minutes")
    ticket = merchant.get("/board").text.split(f'id="order-{order_id}"')[1]
    assert ticket.split(">")[0].endswith('data-lateness="late"')
    assert '<span data-word="late">late</span>' in ticket.split("</li>")[0]


def test_a_move_is_made_once_also_if_it_is_sent_twice(merchant: Visitor, kitchen: Kitchen) -> None:
    order_id = kitchen.order()
    for target in ("preparing", "preparing", "on_its_way", "delivered", "delivered"):
        answer = merchant.post(f"/board/{order_id}/move", {"to": target})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/board")
    assert kitchen.events(order_id) == [
        "order.confirmed",
        "order.preparing",
        "order.on_its_way",
        "order.delivered",
    ]


def test_a_new_order_says_until_when_and_an_accepted_one_for_when(merchant: Visitor, kitchen: Kitchen) -> None:
    order_id = kitchen.order()
    assert "Accept until" in ticket_of(merchant, order_id)
    for wrong in ("0", "", "17", "40 ", "-40", "x" * 5000):
        assert merchant.post(f"/board/{order_id}/move", {"to": "preparing", "minutes": wrong}).status_code == 400
    assert kitchen.states([order_id]) == ["confirmed"]
    assert merchant.post(f"/board/{order_id}/move", {"to": "preparing", "minutes": "30"}).status_code == 303
    text = ticket_of(merchant, order_id)
    assert "Promised for" in text
    assert "Accept until" not in text
    minutes = (
        "select round(extract(epoch from promised_at - decided_at) / 60)::int from acceptances where order_id = %s"
    )
    assert kitchen.one(minutes, order_id) == 30


def test_an_order_whose_time_is_over_is_not_accepted_and_says_so(merchant: Visitor, kitchen: Kitchen) -> None:
    order_id = kitchen.order(ago="-6 minutes")
    for headers in ({}, SCRIPT):
        answer = merchant.post(f"/board/{order_id}/move", {"to": "preparing"}, **headers)
        assert answer.status_code == 409
        assert "The time to accept order" in answer.text
    assert kitchen.states([order_id]) == ["confirmed"]


def ticket_of(merchant: Visitor, order_id: UUID) -> str:
    """The order's ticket on the board."""
    return merchant.get("/board").text.split(f'id="order-{order_id}"')[1].split('<li class="ticket"')[0]


def test_a_script_gets_the_board_with_the_order_in_its_new_column(merchant: Visitor, kitchen: Kitchen) -> None:
    order_id = kitchen.order()
    answer = merchant.post(f"/board/{order_id}/move", {"to": "preparing"}, **SCRIPT)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert str(order_id) in column(answer.text, "preparing")
    assert str(order_id) not in column(answer.text, "confirmed")


def test_a_move_of_a_stale_tab_changes_nothing_and_says_so(merchant: Visitor, kitchen: Kitchen) -> None:
    order_id = kitchen.order("on_its_way")
    for headers in ({}, SCRIPT):
        for target in ("preparing", "cancelled"):
            answer = merchant.post(f"/board/{order_id}/move", {"to": target}, **headers)
            assert answer.status_code == 409
            assert "is “on its way” meanwhile: your move was not carried out" in answer.text
    assert kitchen.events(order_id) == ["order.on_its_way"]


def test_a_cancelled_order_is_named_until_everybody_has_seen_it(merchant: Visitor, kitchen: Kitchen) -> None:
    order_id = kitchen.order("preparing")
    merchant.post(f"/board/{order_id}/move", {"to": "cancelled"})
    text = merchant.get("/board").text
    assert f"Order {order_id.hex[-5:].upper()} is cancelled" in text
    assert "by the shop at" in text
    assert "R$10.00 being given back" in text


@pytest.mark.parametrize("target", ["", "received", "paid", "x" * 10_000, "<script>alert(1)</script>", "\x00"])
def test_an_edited_target_is_refused(merchant: Visitor, kitchen: Kitchen, target: str) -> None:
    order_id = kitchen.order()
    answer = merchant.post(f"/board/{order_id}/move", {"to": target})
    assert answer.status_code == 400
    assert "<script>alert" not in answer.text
    assert kitchen.states([order_id]) == ["confirmed"]


def test_nobody_sees_moves_or_prints_the_order_of_another_merchant(merchant: Visitor, kitchen: Kitchen) -> None:
    for order_id in (kitchen.order(other=True), nobodys()):
        assert merchant.post(f"/board/{order_id}/move", {"to": "preparing"}).status_code == 404
        assert merchant.get(f"/board/{order_id}/print").status_code == 404
        assert str(order_id) not in merchant.get("/board").text
    foreign = kitchen.order(other=True)
    merchant.post(f"/board/{foreign}/move", {"to": "preparing"})
    assert kitchen.states([foreign]) == ["confirmed"]


def test_the_board_is_for_merchants_alone(web: ServingProcess, world: World, kitchen: Kitchen) -> None:
    order_id = kitchen.order()
    for name in ("customer", "operator"):
        visitor = signed_in(web, world, name)
        for path in ("/board", "/board/now", "/board/print", f"/board/{order_id}/print"):
            assert visitor.get(path).status_code == 403
        assert visitor.post(f"/board/{order_id}/move", {"to": "preparing"}).status_code == 403
    assert kitchen.states([order_id]) == ["confirmed"]


def test_names_are_shown_as_text_on_the_board_and_on_paper(merchant: Visitor, kitchen: Kitchen) -> None:
    order_id = kitchen.order(name='<script>alert("x")</script>')
    for path in ("/board", "/board/print", f"/board/{order_id}/print"):
        text = merchant.get(path).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert" in text


def test_a_ticket_is_printed_alone_or_with_all_new_ones(merchant: Visitor, kitchen: Kitchen) -> None:
    one, other, cooking = kitchen.order(), kitchen.order(), kitchen.order("preparing")
    alone = merchant.get(f"/board/{one}/print").text
    assert alone.count('class="paper"') == 1
    assert str(one) in alone
    together = merchant.get("/board/print").text
    assert str(one) in together
    assert str(other) in together
    assert str(cooking) not in together


def test_a_column_shows_a_bounded_number_of_either_end(web: ServingProcess, world: World, kitchen: Kitchen) -> None:
    merchant = signed_in(web, world, "merchant2")
    made = [str(kitchen.order("preparing", ago=f"-{n} minutes", other=True)) for n in range(MOST + 5, 0, -1)]
    oldest = merchant.get("/board").text
    assert column(oldest, "preparing") == made[:MOST]
    assert f"Here are the oldest {MOST}." in oldest
    newest = merchant.get("/board?sort=newest").text
    assert column(newest, "preparing") == made[::-1][:MOST]
    moved = merchant.post(f"/board/{made[-1]}/move?sort=newest", {"to": "on_its_way"})
    assert moved.headers["Location"] == "/board?sort=newest"


def test_what_arrives_is_bounded_and_says_how_many_more_there_are(
    web: ServingProcess, world: World, kitchen: Kitchen
) -> None:
    merchant = signed_in(web, world, "merchant2")
    made = [kitchen.order("paid", ago=f"-{n} minutes", other=True) for n in range(MOST_ARRIVING + 5, 0, -1)]
    page = merchant.get("/board").text
    arriving = page.split('id="arriving"')[1].split("</details>")[0]
    assert f"{len(made)} orders are arriving" in arriving
    assert "5 further ones are not listed here." in arriving
    assert [each.hex[-5:].upper() in arriving for each in made] == [True] * MOST_ARRIVING + [False] * 5
