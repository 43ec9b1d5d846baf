"""A merchant's coupons on pages, and a coupon at the checkout."""

import re
import secrets
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests.integration.web.kitchen import Kitchen
from tests.integration.web.test_checkout import MARKUP, total
from tests.integration.web.test_orders import form_of, signed_in
from tests.support.api import World
from tests.support.pages import Visitor
from tests.support.processes import ServingProcess
from tests.support.tables import rows


@pytest.fixture
def merchant(web: ServingProcess, world: World, engine: Engine) -> Iterator[Visitor]:
    yield signed_in(web, world, "merchant")
    with engine.begin() as connection:
        connection.exec_driver_sql("delete from coupons")


def form(**changes: str) -> dict[str, str]:
    empty = dict.fromkeys(("amount", "minimum", "ends", "most"), "")
    return empty | {"code": secrets.token_hex(4), "kind": "percent", "percent": "20", "most_per_person": "1"} | changes


def test_a_coupon_is_made_once_used_at_the_checkout_and_ended(
    web: ServingProcess, merchant: Visitor, world: World, engine: Engine
) -> None:
    sent = form(most="5", ends="2199-12-31", minimum="5.00")
    for _ in range(2):
        assert merchant.post("/coupons", sent).status_code == 303
    page = merchant.get("/coupons").text
    for words in ("1 coupon is running", sent["code"].upper(), "20 % off", "0 of 5 used", "from R$5.00 on"):
        assert words in page
    customer = signed_in(web, world, "customer")
    wanted = form_of(customer, world.products[0]) | {"coupon": sent["code"]}
    shown = customer.post("/checkout/quote", wanted, **{"HX-Request": "true"}).text
    assert total(shown) == "800"
    placed = customer.post("/checkout", wanted | {"expected_total_cents": "800"})
    page = customer.get(placed.headers["Location"]).text
    assert "Coupon" in page
    assert sent["code"].upper() in page
    (coupon,) = rows(engine, "select id from coupons where merchant_id = :id", id=world.merchant)
    for _ in range(2):
        assert merchant.post(f"/coupons/{coupon.id}/end").status_code == 303
    assert "No coupon is running" in merchant.get("/coupons").text
    assert merchant.post("/coupons", sent).status_code == 409
    refused = customer.post("/checkout", form_of(customer, world.products[0]) | {"coupon": sent["code"]})
    assert refused.status_code == 409
    assert "This coupon is not valid now" in refused.text


def test_an_amount_is_written_as_in_the_language(merchant: Visitor, world: World, engine: Engine) -> None:
    merchant.language = "pt-BR"
    merchant.post("/coupons", form(kind="amount", amount="7,50", percent="", most_per_person=""))
    statement = "select percent, amount_cents, most_per_person from coupons where merchant_id = :id"
    (found,) = rows(engine, statement, id=world.merchant)
    assert tuple(found) == (None, 750, None)
    assert re.search(r"R\$\s7,50 de desconto", merchant.get("/coupons").text)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"code": "é"}, "Enter 3 to 32 letters"),
        ({"code": MARKUP}, "Enter 3 to 32 letters"),
        ({"percent": "0"}, "from 1 to 100"),
        ({"percent": "101"}, "from 1 to 100"),
        ({"kind": "amount", "amount": "x"}, "Enter an amount"),
        ({"minimum": "-1"}, "Enter an amount"),
        ({"most": "0"}, "Enter a whole number"),
        ({"most_per_person": "many"}, "Enter a whole number"),
        ({"ends": "2000-01-01"}, "Enter a day that is not over"),
        ({"ends": "soon"}, "Enter a day that is not over"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(
    merchant: Visitor, world: World, engine: Engine, change: dict[str, str], words: str
) -> None:
    answer = merchant.post("/coupons", form(**change))
    assert answer.status_code == 422
    assert words in answer.text
    assert MARKUP not in answer.text
    assert rows(engine, "select from coupons where merchant_id = :id", id=world.merchant) == []


def test_a_strange_form_is_refused(merchant: Visitor) -> None:
    assert merchant.post("/coupons", form(kind="gift")).status_code == 400


@pytest.mark.parametrize(
    ("coupon", "words", "status"),
    [("x", "A coupon has 3 to 32", 422), ("NO-SUCH", "This shop has no such coupon", 409)],
)
def test_a_coupon_that_does_not_apply_is_said(
    web: ServingProcess, world: World, coupon: str, words: str, status: int
) -> None:
    customer = signed_in(web, world, "customer")
    wanted = form_of(customer, world.products[0]) | {"coupon": coupon}
    shown = customer.post("/checkout/quote", wanted, **{"HX-Request": "true"}).text
    assert total(shown) == "1000"
    answer = customer.post("/checkout", wanted)
    assert answer.status_code == status
    assert words in answer.text


def test_a_vip_has_the_coupon_at_the_checkout_at_once(
    web: ServingProcess, merchant: Visitor, world: World, database_url: str
) -> None:
    sent = form(vips_only="yes", minimum="10.00")
    assert merchant.post("/coupons", sent).status_code == 303
    order = Kitchen(database_url, world).order("delivered")
    assert f"/board/{order}/vip" in merchant.get("/board/delivered").text
    customer = signed_in(web, world, "customer")
    form_of(customer, world.products[0])
    assert sent["code"].upper() not in customer.get("/checkout").text
    for _ in range(2):
        assert merchant.post(f"/board/{order}/vip").headers["Location"] == "/coupons#vips"
    page = merchant.get("/coupons").text
    assert "for VIPs" in page
    end = re.search(r'action="(/coupons/vips/[0-9a-f-]{36}/end)"', page)
    assert end is not None
    checkout = customer.get("/checkout").text
    assert f'value="{sent["code"].upper()}"' in checkout
    assert "−R$2.00" in checkout or "-R$2.00" in checkout
    form_of(customer, world.products[0], 1)  # less than the coupon needs: it is not offered
    assert sent["code"].upper() not in customer.get("/checkout").text
    assert merchant.post(f"/board/{Kitchen(database_url, world).order('delivered', other=True)}/vip").status_code == 404
    for _ in range(2):
        assert merchant.post(end[1]).status_code == 303
    assert "None yet. A delivered order has a button" in merchant.get("/coupons").text
