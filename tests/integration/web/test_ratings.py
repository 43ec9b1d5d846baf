"""Rating an order on its page."""

from tests.integration.web.kitchen import Kitchen
from tests.support.api import World
from tests.support.pages import Visitor
from tests.support.processes import ServingProcess


def test_a_delivered_order_is_rated_on_its_page(web: ServingProcess, world: World, database_url: str) -> None:
    kitchen = Kitchen(database_url, world)
    order = kitchen.order("delivered")
    customer = Visitor(web)
    customer.signs_in(world.emails["customer"])
    assert "How was it?" in customer.get(f"/orders/{order}").text
    assert "How was it?" not in customer.get(f"/orders/{kitchen.order('on_its_way')}").text
    for wrong in ({}, {"stars": "6"}, {"stars": "five"}):
        assert customer.post(f"/orders/{order}/rating", wrong).status_code == 400
    long = customer.post(f"/orders/{order}/rating", {"stars": "4", "comment": "x" * 501})
    assert (long.status_code, "at most 500 characters" in long.text) == (422, True)
    for stars in ("4", "1"):  # another tab says something else, and changes nothing
        answer = customer.post(f"/orders/{order}/rating", {"stars": stars, "comment": "<b>Hot</b>"})
        assert answer.status_code == 303
    page = customer.get(f"/orders/{order}").text
    assert "4 stars" in page
    assert "&lt;b&gt;Hot&lt;/b&gt;" in page
    assert "How was it?" not in page
    assert "1 rating" in customer.get("/").text
    assert "4.0 of 5 stars" in customer.get(f"/shops/{world.merchant}").text
    part = customer.get(f"/orders/{order}/now").text
    assert "Say how it was" not in part
    merchant = Visitor(web)
    merchant.signs_in(world.emails["merchant"])
    own = merchant.get("/ratings").text
    assert "Your customers give you 4.0 of 5 stars" in own
    assert "&lt;b&gt;Hot&lt;/b&gt;" in own
    merchant.signs_in(world.emails["merchant2"])
    assert "No order has a rating yet" in merchant.get("/ratings").text
