"""Options on pages without a browser: a merchant edits them, a customer chooses, and both see what was chosen."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from sqlalchemy import Engine, Row

from pedidos.domain.options import NewChoice, NewGroup
from tests.integration.web.test_orders import signed_in
from tests.support.api import World
from tests.support.options import EXTRAS, SIZE, offer
from tests.support.pages import Visitor
from tests.support.processes import ServingProcess
from tests.support.tables import change, rows

MARKUP = "<script>alert(1)</script>"


@pytest.fixture
def ids(engine: Engine, world: World) -> Iterator[dict[str, str]]:
    """The choices of the first product, which needs a size, by name."""
    made = offer(engine, world.merchant, world.products[0], SIZE, EXTRAS)
    yield {name: str(choice) for name, choice in made.items()}
    change(engine, "delete from option_groups")
    change(engine, "update products set needs_choices = false, sold_out_until = null")


@pytest.fixture
def merchant(web: ServingProcess, world: World) -> Visitor:
    return signed_in(web, world, "merchant")


@pytest.fixture
def customer(web: ServingProcess, world: World) -> Visitor:
    return signed_in(web, world, "customer")


def form_of(text: str) -> dict[str, Any]:
    """What the checkout sends."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', text)[-3:]) | {"payment": "tok_ok"}


def chosen(ids: dict[str, str], *names: str) -> dict[str, Any]:
    """The form of a menu with these choices."""
    return {"add": "1", "choice-1": [ids[name] for name in names]}


def test_a_customer_chooses_and_orders_what_the_basket_shows(
    customer: Visitor, merchant: Visitor, engine: Engine, world: World, ids: dict[str, str]
) -> None:
    shop = customer.get(f"/shops/{world.merchant}").text
    assert re.search(rf'type="radio" name="choice-[^"]+" id="choice-{ids["Large"]}"[^>]* required', shop)
    assert re.search(rf'type="checkbox" name="choice-[^"]+" id="choice-{ids["Egg"]}"', shop)
    assert ids["Truffle"] not in shop
    basket = f"/basket/{world.products[0]}"
    for names in (("Large", "Egg"), ("Egg", "Large"), ("Small",)):
        assert customer.post(basket, chosen(ids, *names)).status_code == 303
    shown = customer.get(f"/shops/{world.merchant}").text
    assert re.findall(r"<span>(\d+)</span>", shown) == ["2", "1"]
    assert "Large, Egg" in shown
    checkout = customer.get("/checkout")
    assert "Large, Egg" in checkout.text
    form = form_of(checkout.text)
    assert form["expected_total_cents"] == str(2 * (500 + 900 + 150) + 500)
    placed = customer.post("/checkout", form)
    assert placed.status_code == 303, placed.text
    order = placed.headers["Location"]
    page = customer.get(order).text
    assert "Size: Large, R$9.00" in page
    assert "Extras: Egg, R$1.50" in page
    assert "R$31.00" in page
    change(engine, "update orders set status = 'confirmed' where id = :id", id=order.rpartition("/")[2])
    ticket = merchant.get(f"/board/{order.rpartition('/')[2]}/print").text
    assert '<div class="chosen">Large, Egg</div>' in ticket
    again = customer.post(f"{order}/again")
    assert again.status_code == 303
    assert re.findall(r"<span>(\d+)</span>", customer.get(f"/shops/{world.merchant}").text) == ["2", "1"]


def test_choices_that_are_missing_or_cannot_be_made_put_nothing_into_the_basket(
    customer: Visitor, world: World, ids: dict[str, str]
) -> None:
    basket, script = f"/basket/{world.products[0]}", {"HX-Request": "true"}
    for names, said in (
        ((), "At least 1 must be chosen of Size."),
        (("Small", "Large"), "At most 1 can be chosen of Size."),
        (("Small", "Truffle"), "Truffle is not available."),
    ):
        answer = customer.post(basket, chosen(ids, *names), **script)
        assert answer.status_code == 422
        assert said in answer.text
        assert "Nothing is in it yet." in answer.text
    plain = customer.post(basket, chosen(ids))
    assert plain.status_code == 303
    page = customer.get(plain.headers["Location"].partition("#")[0]).text
    assert "Some choices are missing" in page
    assert '<details class="options" open>' in page
    for nonsense in ({"add": "1", "choice": MARKUP}, {"add": "1", "choice": [ids["Egg"]] * 41}):
        assert customer.post(basket, nonsense).status_code == 400
    portuguese = Visitor(customer.web, language="pt-BR")
    assert "Escolha no mínimo 1 em Size." in portuguese.post(basket, chosen(ids), **script).text


def test_what_was_taken_from_the_menu_meanwhile_leaves_the_basket_and_is_not_ordered(
    customer: Visitor, engine: Engine, world: World, ids: dict[str, str]
) -> None:
    customer.post(f"/basket/{world.products[1]}", {"add": "1"})
    customer.post(f"/basket/{world.products[0]}", chosen(ids, "Large", "Egg"))
    form = form_of(customer.get("/checkout").text)
    change(engine, "update choices set available = false where name = 'Egg'")
    refused = customer.post("/checkout", form)
    assert refused.status_code == 409
    assert "Something in this order is not sold any more" in refused.text
    assert form_of(refused.text)["expected_total_cents"] == "500"
    assert "1 product is not sold any more." in customer.get(f"/shops/{world.merchant}").text
    assert customer.post("/checkout", form_of(refused.text)).status_code == 303


def test_products_of_another_shop_make_room_with_their_choices(
    customer: Visitor, world: World, ids: dict[str, str]
) -> None:
    customer.post(f"/basket/{world.other_product}", {"add": "1"})
    asked = customer.post(f"/basket/{world.products[0]}", chosen(ids, "Small"))
    page = customer.get(asked.headers["Location"].partition("#")[0]).text
    assert "Your basket has products of another shop" in page
    assert f'name="choice" value="{ids["Small"]}"' in page
    customer.post(f"/basket/{world.products[0]}", {"add": "1", "replace": "1", "choice": ids["Small"]})
    assert "Small" in customer.get("/checkout").text


def stored_choices(engine: Engine, world: World) -> Sequence[Row[Any]]:
    """The choices of the first product."""
    return rows(
        engine,
        "select c.name, c.price_cents, c.id::text from choices c join option_groups g on g.id = c.group_id"
        " where g.product_id = :product",
        product=world.products[0],
    )


def fields(text: str) -> dict[str, str]:
    """The form of the options, as a browser sends it unchanged."""
    found: dict[str, str] = {}
    for tag in re.findall(r"<input [^>]*>", text):
        told = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if "name" in told and (told.get("type") != "checkbox" or " checked" in tag):
            found[told["name"]] = told.get("value", "")
    return {name: value for name, value in found.items() if name == "seen" or re.match(r"g\d", name)}


def test_a_merchant_edits_them_by_form_and_a_stale_form_changes_nothing(
    merchant: Visitor, engine: Engine, world: World, ids: dict[str, str]
) -> None:
    path = f"/products/{world.products[0]}/options"
    first = fields(merchant.get(path).text)
    assert (first["g0-name"], first["g0-least"], first["g0-c1-price"], first["g1-c0-price"]) == (
        "Size",
        "1",
        "9.00",
        "2.00",
    )
    assert "g1-c3-offered" not in first
    changed = first | {"g0-c2-name": "Giant", "g0-c2-price": "15.00", "g0-c2-offered": "1", "g1-c1-name": ""}
    assert merchant.post(path, changed).status_code == 303
    assert merchant.post(path, changed).status_code == 303  # sent twice
    now = {row.name: (row.price_cents, row.id) for row in stored_choices(engine, world)}
    assert now.keys() == {"Small", "Large", "Giant", "Olives", "Egg", "Truffle"}
    assert now["Giant"][0] == 1500
    assert now["Large"] == (900, ids["Large"])
    stale = merchant.post(path, first | {"g0-c0-name": "Tiny"})
    assert stale.status_code == 409
    assert "This product was changed meanwhile" in stale.text
    assert {each.name for each in stored_choices(engine, world)} == now.keys()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"g0-most": "0"}, "Enter a whole number up to 20."),
        ({"g0-least": "x"}, "Enter a whole number up to 20."),
        ({"g0-least": "2", "g0-most": "1"}, "Must not be more than most."),
        ({"g1-least": "9", "g1-most": "9"}, "There are only 4 choices."),
        ({"g0-c0-price": "-1"}, "Enter a price such as 3.50, or nothing."),
        ({"g0-c0-price": "1.005"}, "Enter a price such as 3.50, or nothing."),
        ({"g0-c1-name": "Small"}, "Another one here has this name."),
        ({"g1-name": "Size"}, "Another one here has this name."),
        ({"g0-name": "x" * 121}, "Enter a name of up to 120 characters."),
        ({"g0-name": ""}, "Enter a name of up to 120 characters."),
        ({"g2-name": MARKUP}, "Enter at least one choice."),
    ],
)
def test_a_field_that_is_wrong_says_what_it_needs_and_nothing_is_stored(
    merchant: Visitor, engine: Engine, world: World, ids: dict[str, str], wrong: dict[str, str], said: str
) -> None:
    path = f"/products/{world.products[0]}/options"
    answer = merchant.post(path, fields(merchant.get(path).text) | wrong)
    assert answer.status_code == 422
    assert said in answer.text
    assert MARKUP not in answer.text
    assert {each.id for each in stored_choices(engine, world)} == set(ids.values())


def test_a_tap_marks_as_sold_out_and_the_next_one_ends_it(
    merchant: Visitor, customer: Visitor, engine: Engine, world: World, ids: dict[str, str]
) -> None:
    product = f"/products/{world.products[0]}"
    shop = f"/shops/{world.merchant}"
    customer.post(f"/basket/{world.products[0]}", chosen(ids, "Small", "Egg"))
    assert merchant.post(f"{product}/sold-out", {"today": "1", "choice": ids["Egg"]}).status_code == 303
    assert re.search(rf'id="choice-{ids["Egg"]}"[^>]* disabled', customer.get(shop).text)
    assert "sold out today" in customer.get("/checkout").text
    assert merchant.post(f"{product}/sold-out", {"today": "0", "choice": ids["Egg"]}).status_code == 303
    assert "sold out today" not in customer.get("/checkout").text
    tapped = merchant.post(f"{product}/sold-out", {"today": "1", "listed": "1"})
    assert tapped.headers["Location"] == "/products"
    assert "sold out today" in merchant.get("/products").text
    assert "sold out until" in merchant.get(product).text
    assert '<details class="options"' not in customer.get(shop).text
    for form in ({}, {"today": "x"}, {"today": "1", "choice": MARKUP}):
        assert merchant.post(f"{product}/sold-out", form).status_code == 400
    assert merchant.post(f"/products/{world.other_product}/sold-out", {"today": "1"}).status_code == 404
    assert merchant.post(f"{product}/sold-out", {"today": "0"}).status_code == 303
    assert rows(engine, "select 1 from products where sold_out_until is not null") == []


def test_an_operator_sees_what_was_chosen(
    web: ServingProcess, customer: Visitor, world: World, ids: dict[str, str]
) -> None:
    customer.post(f"/basket/{world.products[0]}", chosen(ids, "Large"))
    order = customer.post("/checkout", form_of(customer.get("/checkout").text)).headers["Location"]
    assert "Size: Large" in signed_in(web, world, "operator").get(f"/operator{order}").text


@pytest.mark.usefixtures("ids")
def test_names_are_text(customer: Visitor, merchant: Visitor, engine: Engine, world: World) -> None:
    evil = offer(engine, world.merchant, world.products[0], NewGroup(MARKUP, 1, 1, [NewChoice(MARKUP, 1)]))
    customer.post(f"/basket/{world.products[0]}", {"add": "1", "choice": str(evil[MARKUP])})
    order = customer.post("/checkout", form_of(customer.get("/checkout").text)).headers["Location"]
    pages = [
        customer.get(f"/shops/{world.merchant}"),
        customer.get(order),
        merchant.get(f"/products/{world.products[0]}"),
        merchant.get(f"/products/{world.products[0]}/options"),
        merchant.get(f"/board/{order.rpartition('/')[2]}/print"),
    ]
    for page in pages:
        assert page.status_code == 200
        assert MARKUP not in page.text
        assert "&lt;script&gt;alert(1)" in page.text
