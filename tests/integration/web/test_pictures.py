"""Pictures on pages: forms that send them, who sees which, and what browsers may keep."""

import re

import pytest

from tests.support.api import World
from tests.support.pages import Visitor
from tests.support.pictures import bomb, picture
from tests.support.processes import ServingProcess


@pytest.fixture
def merchant(web: ServingProcess, world: World) -> Visitor:
    visitor = Visitor(web)
    visitor.signs_in(world.emails["merchant"])
    return visitor


def address_in(text: str) -> str:
    """That of the first picture of a page."""
    found = re.search(r'<img[^>]*src="(/pictures/[^"]+)"', text)
    assert found is not None
    return found[1]


def test_a_picture_is_in_the_menu_and_kept_by_browsers_for_good(
    merchant: Visitor, visitor: Visitor, world: World
) -> None:
    product = f"/products/{world.products[0]}"
    for _again in range(2):
        answer = merchant.send(f"{product}/picture", picture("JPEG", (300, 200)))
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{product}#picture")
    menu = visitor.get(f"/shops/{world.merchant}").text
    address = address_in(menu)
    assert address_in(merchant.get(product).text) == address
    assert re.search(r'width="300" height="200" loading="lazy"[^>]*alt="Picture of Pizza 0"', menu)
    shown = visitor.get(address)
    assert (shown.status_code, shown.headers["Content-Type"]) == (200, "image/webp")
    assert shown.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert shown.headers["Content-Security-Policy"].startswith("default-src 'none'")
    again = visitor.get(address, **{"If-None-Match": shown.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert visitor.get(address[:-1] + ("0" if address[-1] != "0" else "1")).status_code == 404
    merchant.post(f"{product}/sale", {"active": "0"})
    assert visitor.get(address).status_code == 404
    withdrawn = merchant.get(address)
    assert withdrawn.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    merchant.post(f"{product}/sale", {"active": "1"})
    for _again in range(2):
        assert merchant.post(f"{product}/picture/remove").status_code == 303
    assert visitor.get(address).status_code == 404
    assert "/pictures/" not in visitor.get(f"/shops/{world.merchant}").text


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (b"", "Choose a picture first."),
        (b"hello", "Must be a PNG, JPEG or WebP picture."),
        (picture("GIF"), "Must be a PNG, JPEG or WebP picture."),
        (picture()[:60], "The picture cannot be read"),
        (bomb(), "too many pixels"),
        (bytes(1024 * 1024 + 1), "at most 1024 KiB"),
        (bytes(1024 * 1024 + 20_000), "at most 1024 KiB"),
    ],
    ids=["nothing", "no picture", "GIF", "a part", "a bomb", "large", "larger"],
)
def test_what_is_unfit_is_said_next_to_the_field(merchant: Visitor, world: World, file: bytes, words: str) -> None:
    product = f"/products/{world.products[1]}"
    answer = merchant.send(f"{product}/picture", file)
    assert answer.status_code == 422
    assert words in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "/pictures/" not in merchant.get(product).text


def test_only_its_merchant_changes_a_product(web: ServingProcess, merchant: Visitor, world: World) -> None:
    for path in (f"/products/{world.other_product}/picture", f"/products/{world.other_product}/picture/remove"):
        assert merchant.send(path, picture()).status_code == 404
    customer = Visitor(web)
    customer.signs_in(world.emails["customer"])
    assert customer.send(f"/products/{world.products[1]}/picture", picture()).status_code == 403


def test_a_customers_own_picture(web: ServingProcess, world: World) -> None:
    customer, other = Visitor(web), Visitor(web)
    customer.signs_in(world.emails["customer"])
    other.signs_in(world.emails["customer2"])
    assert "Choose a picture first." in customer.send("/account/picture", b"").text
    assert customer.send("/account/picture", picture()).headers["Location"] == "/account#picture"
    page = customer.get("/account").text
    address = address_in(page)
    assert 'alt="Your picture"' in page
    shown = customer.get(address)
    assert shown.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert other.get(address).status_code == 404
    assert '"picture":{"media_type":"image/webp"' in customer.get("/account/export").text
    assert customer.post("/account/picture/remove").status_code == 303
    assert customer.get(address).status_code == 404
