"""What a merchant sells, without a browser: forms that are repeated, stale, edited, or full of nonsense."""

import re
import uuid

import pytest

from tests.integration.web.kitchen import Kitchen
from tests.support.api import World
from tests.support.pages import Visitor
from tests.support.processes import ServingProcess

MARKUP = '"><script>alert(1)</script>'


@pytest.fixture
def kitchen(database_url: str, world: World) -> Kitchen:
    return Kitchen(database_url, world)


@pytest.fixture
def merchant(web: ServingProcess, world: World) -> Visitor:
    visitor = Visitor(web)
    visitor.signs_in(world.emails["merchant"])
    return visitor


def hidden(text: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    assert found is not None
    return found[1]


def new(merchant: Visitor, **changes: str) -> dict[str, str]:
    """The form of a new product, as it is sent."""
    key = hidden(merchant.get("/products/new").text, "key")
    usual = {"name": "Torta de limão", "category": "Doces", "description": "Doce.", "price": "12.50", "on_hand": "5"}
    return {"key": key, **usual, **changes}


def added(merchant: Visitor, **changes: str) -> str:
    """The address of a product that was just added."""
    answer = merchant.post("/products/new", new(merchant, **changes))
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def history(text: str) -> list[list[str]]:
    """The rows of the stock's history, without their time."""
    found = re.findall(r"<tr><td><time.*?</time></td>(.*?)</tr>", text)
    return [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in found]


def test_a_form_that_is_sent_twice_adds_one_product(merchant: Visitor, kitchen: Kitchen) -> None:
    form = new(merchant, name=f"Torta {uuid.uuid4()}")
    first, second = merchant.post("/products/new", form), merchant.post("/products/new", form)
    assert first.headers["Location"] == second.headers["Location"]
    assert kitchen.one("select count(*) from products where name = %s", form["name"]) == 1
    page = merchant.get(first.headers["Location"]).text
    assert "R$12.50" in page
    assert history(page) == [["merchant", "counted", "0", "5", ""]]


def test_a_product_is_changed_withdrawn_and_sold_again(merchant: Visitor, visitor: Visitor, world: World) -> None:
    address = added(merchant, name="Bolo de fubá")
    seen = hidden(merchant.get(address).text, "seen")
    form = {"seen": seen, "name": "Bolo de milho", "description": "", "price": "13"}
    for _ in range(2):  # sent twice
        assert merchant.post(address, form).status_code == 303
    menu = f"/shops/{world.merchant}?q=bolo"
    assert "Bolo de milho" in visitor.get(menu).text
    assert "R$13.00" in visitor.get(menu).text
    merchant.post(f"{address}/sale", {"active": "0"})
    assert "Bolo de milho" not in visitor.get(menu).text
    assert "Bolo de milho" in merchant.get("/products?show=withdrawn").text
    merchant.post(f"{address}/sale", {"active": "1"})
    assert "Bolo de milho" in visitor.get(menu).text


def test_a_stale_tab_overwrites_nothing_and_shows_what_is_stored(merchant: Visitor) -> None:
    address = added(merchant)
    seen = hidden(merchant.get(address).text, "seen")
    merchant.post(address, {"seen": seen, "name": "Torta nova", "description": "", "price": "20"})
    answer = merchant.post(address, {"seen": seen, "name": "Torta velha", "description": "", "price": "1"})
    assert answer.status_code == 409
    assert "was changed meanwhile" in answer.text
    assert "Torta nova" in answer.text
    assert "R$20.00" in merchant.get(address).text


def test_a_count_and_a_delivery_are_made_once_and_kept_with_who_and_why(merchant: Visitor) -> None:
    address = added(merchant)
    count = {"key": str(uuid.uuid4()), "counted": "12", "reason": "Sunday's count"}
    receive = {"key": str(uuid.uuid4()), "received": "30", "reason": MARKUP}
    for _ in range(2):
        assert merchant.post(f"{address}/stock/count", count).headers["Location"] == f"{address}#stock"
    for _ in range(2):
        assert merchant.post(f"{address}/stock/receive", receive).headers["Location"] == f"{address}#stock"
    page = merchant.get(address).text
    assert "42 on hand" in page
    assert "<script>alert" not in page
    assert [row[1:4] for row in history(page)] == [
        ["received", "12", "42"],
        ["counted", "5", "12"],
        ["counted", "0", "5"],
    ]
    assert "Sunday&#39;s count" in page


def test_a_count_of_a_stale_tab_is_a_count_of_its_own(merchant: Visitor) -> None:
    """It says what is on the shelf, whatever the page showed before."""
    address = added(merchant)
    for units in ("7", "9"):
        merchant.post(f"{address}/stock/count", {"key": str(uuid.uuid4()), "counted": units})
    assert "9 on hand" in merchant.get(address).text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "Enter a name"),
        ({"name": "x" * 10_000}, "Enter a name"),
        ({"name": "\x00"}, "Enter a name"),
        ({"description": "x" * 10_000}, "Enter at most 2000 characters"),
        ({"category": "x" * 61}, "Enter at most 60 characters in one line"),
        ({"category": "a\nb"}, "Enter at most 60 characters in one line"),
        ({"price": ""}, "Enter a price"),
        ({"price": "0"}, "Enter a price"),
        ({"price": "-5"}, "Enter a price"),
        ({"price": "12,50"}, "Enter a price"),
        ({"price": MARKUP}, "Enter a price"),
        ({"price": "9" * 10_000}, "Enter a price"),
        ({"on_hand": "x"}, "Enter a whole number"),
        ({"on_hand": "9" * 10_000}, "Enter a whole number"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_is_stored(
    merchant: Visitor, kitchen: Kitchen, changes: dict[str, str], said: str
) -> None:
    before = kitchen.one("select count(*) from products")
    answer = merchant.post("/products/new", new(merchant, **changes))
    assert answer.status_code == 422
    assert said in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "<script>alert" not in answer.text
    assert kitchen.one("select count(*) from products") == before


def test_markup_is_shown_as_text_to_the_merchant_and_to_customers(
    merchant: Visitor, visitor: Visitor, world: World
) -> None:
    address = added(merchant, name=MARKUP, description=MARKUP)
    for text in (
        merchant.get(address).text,
        merchant.get("/products").text,
        visitor.get(f"/shops/{world.merchant}").text,
    ):
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)" in text
    merchant.post(f"{address}/sale", {"active": "0"})


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("", {"name": "x", "price": "1", "seen": "yesterday"}),
        ("", {"name": "x", "price": "1", "seen": "2026-01-01T00:00:00"}),
        ("", {"name": "x", "price": "1"}),
        ("/sale", {"active": "2"}),
        ("/sale", {}),
        ("/stock/count", {"counted": "1", "key": "1"}),
        ("/stock/receive", {"received": "1"}),
    ],
)
def test_an_edited_hidden_field_is_refused(merchant: Visitor, path: str, form: dict[str, str]) -> None:
    address = added(merchant)
    assert merchant.post(address + path, form).status_code == 400
    page = merchant.get(address).text
    assert "5 on hand" in page
    assert "on sale" in page


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/stock/count", {"counted": "-1"}),
        ("/stock/count", {"counted": "x" * 10_000}),
        ("/stock/count", {"counted": "1", "reason": "x" * 10_000}),
        ("/stock/count", {"counted": "1", "reason": "a\nb"}),
        ("/stock/receive", {"received": "0"}),
        ("/stock/receive", {"received": "1.5"}),
    ],
)
def test_a_number_that_is_none_changes_no_stock(merchant: Visitor, path: str, form: dict[str, str]) -> None:
    address = added(merchant)
    answer = merchant.post(address + path, {"key": str(uuid.uuid4()), **form})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert "5 on hand" in merchant.get(address).text


def test_the_product_of_another_merchant_is_not_there(merchant: Visitor, kitchen: Kitchen, world: World) -> None:
    before = kitchen.one("select on_hand from stock where product_id = %s", world.other_product)
    for product in (world.other_product, uuid.uuid4()):
        address = f"/products/{product}"
        assert merchant.get(address).status_code == 404
        key = str(uuid.uuid4())
        for path, form in {
            "": {"seen": "2026-01-01T00:00:00+00:00", "name": "x", "price": "1"},
            "/sale": {"active": "0"},
            "/stock/count": {"key": key, "counted": "0"},
            "/stock/receive": {"key": key, "received": "1"},
        }.items():
            assert merchant.post(address + path, form).status_code == 404, path
    assert kitchen.one("select on_hand from stock where product_id = %s", world.other_product) == before
    assert kitchen.one("select name from products where id = %s", world.other_product) == "Pão"


def test_pages_of_a_merchant_are_not_for_others(web: ServingProcess, world: World, visitor: Visitor) -> None:
    paths = ("/products", "/products/new", f"/products/{world.products[0]}", "/hours")
    for path in paths:
        assert visitor.get(path).headers["Location"].startswith("/sign-in?next=/")
    for name in ("customer", "operator"):
        other = Visitor(web)
        other.signs_in(world.emails[name])
        assert {other.get(path).status_code for path in paths} == {403}


def test_a_menu_has_its_products_by_category(merchant: Visitor, visitor: Visitor, world: World) -> None:
    word = uuid.uuid4().hex
    for name, category in (("Suco", MARKUP), ("Torta", "Doces"), ("Bolo", "Doces")):
        added(merchant, name=f"{name} {word}", category=category)
    page = visitor.get(f"/shops/{world.merchant}?q={word}").text
    shown = re.findall(r'<h2 class="category">(.*?)</h2>|<b>(\w+) ' + word, page)
    assert [heading or name for heading, name in shown][1:] == ["Suco", "Doces", "Bolo", "Torta"]
    assert "<script>alert" not in page
