"""Pictures over HTTP: what is kept, who may change it, and how each unfit file is refused."""

import base64
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from pedidos.domain.picture import MOST_BYTES
from tests.support.api import PASSWORD, Api, make_world
from tests.support.pictures import SECRET, bomb, many_scans, picture, text_bomb, with_metadata
from tests.support.tables import rows

PNG = {"Content-Type": "image/png"}
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"/>'


@pytest.fixture
def shop(api: Api, database_url: str) -> Api:
    """The api, asked by accounts that no other test uses."""
    return api.for_others(make_world(database_url))


def of_product(shop: Api) -> str:
    return f"/v1/products/{shop.world.products[0]}/picture"


def test_a_product_has_the_picture_that_its_merchant_gives_it(shop: Api, engine: Engine) -> None:
    path, product = of_product(shop), f"/v1/products/{shop.world.products[0]}"
    assert shop.ask("GET", product).json()["picture"] is None
    sent = with_metadata("JPEG", (1600, 1200))
    for _again in range(2):
        answer = shop.ask("PUT", path, who="merchant", data=sent, headers={"Content-Type": "image/jpeg"})
        assert answer.status_code == 200, answer.text
    shown = answer.json()["picture"]
    assert (shown["width"], shown["height"]) == (600, 800), "the camera lay on its side"
    assert shown == shop.ask("GET", product).json()["picture"]
    (listed, *_rest) = shop.ask("GET", f"/v1/merchants/{shop.world.merchant}/products").json()["items"]
    assert listed["picture"] == shown
    assert answer.json()["updated_at"] == shop.ask("GET", product).json()["updated_at"]
    (kept,) = rows(
        engine, "select content, version from product_pictures where product_id = :id", id=shop.world.products[0]
    )
    assert len(kept.content) <= 100_000
    assert SECRET.encode() not in kept.content
    assert shown["address"] == f"/pictures/products/{shop.world.products[0]}/{kept.version}"
    other = shop.ask("PUT", path, who="merchant", data=picture("WEBP"), headers={"Content-Type": "image/webp"})
    assert other.json()["picture"]["address"] != shown["address"]
    for _again in range(2):
        assert shop.ask("DELETE", path, who="merchant").json()["picture"] is None
    noted = rows(
        engine,
        "select action from audit_log where subject = :id order by number",
        id=str(shop.world.products[0]),
    )
    assert [row.action for row in noted] == ["product.picture_set", "product.picture_set", "product.picture_removed"]


def test_nobody_else_changes_it(shop: Api) -> None:
    path = of_product(shop)
    for who, status in (("merchant2", 404), ("customer", 403), ("operator", 403), (None, 401)):
        for method, body in (("PUT", picture()), ("DELETE", None)):
            assert shop.ask(method, path, who=who, data=body, headers=PNG).status_code == status, (who, method)
    assert shop.ask(
        "PUT", f"/v1/products/{uuid4()}/picture", who="merchant", data=picture(), headers=PNG
    ).status_code == (404)
    assert shop.ask("GET", f"/v1/products/{shop.world.products[0]}").json()["picture"] is None


UNFIT: dict[str, tuple[bytes, str, int, str, str]] = {
    "no picture": (b"hello", "image/png", 422, "picture", "Must be a PNG"),
    "nothing": (b"", "image/png", 422, "picture", "Must be a PNG"),
    "an SVG": (SVG, "image/png", 422, "picture", "Must be a PNG"),
    "an SVG that says so": (SVG, "image/svg+xml", 422, "Content-Type", "Must be image/png"),
    "a GIF": (picture("GIF"), "image/png", 422, "picture", "Must be a PNG"),
    "a GIF that says so": (picture("GIF"), "image/gif", 422, "Content-Type", "Must be image/png"),
    "another type": (picture("JPEG"), "image/png", 422, "Content-Type", "image/jpeg"),
    "JSON": (b"{}", "application/json", 422, "Content-Type", "Must be image/png"),
    "a part": (picture()[:60], "image/png", 422, "picture", "ends early"),
    "a bomb": (bomb(), "image/png", 422, "picture", "at most 9 million"),
    "a bomb of text": (text_bomb(), "image/png", 422, "picture", "cannot be read"),
    "endless scans": (many_scans(), "image/jpeg", 422, "picture", "too many scans"),
    "a megabyte and a byte": (bytes(MOST_BYTES + 1), "image/png", 413, "picture", "at most 1024 KiB"),
    "much more": (bytes(MOST_BYTES + 50_000), "image/png", 413, "picture", "at most 1024 KiB"),
}


@pytest.mark.parametrize("what", UNFIT)
def test_what_is_unfit_is_named_and_changes_nothing(api: Api, what: str) -> None:
    body, kind, status, field, words = UNFIT[what]
    path = f"/v1/products/{api.world.products[1]}/picture"
    before = api.ask("GET", f"/v1/products/{api.world.products[1]}").json()["picture"]
    answer = api.ask("PUT", path, who="merchant", data=body, headers={"Content-Type": kind})
    assert answer.status_code == status, answer.text
    (error,) = answer.json()["errors"]
    assert error["field"] == field
    assert words in error["message"]
    assert api.ask("GET", f"/v1/products/{api.world.products[1]}").json()["picture"] == before


def test_a_customers_picture_is_the_customers(shop: Api, engine: Engine) -> None:
    path = "/v1/me/picture"
    assert shop.ask("GET", path, who="customer").status_code == 404
    given = shop.ask("PUT", path, who="customer", data=with_metadata("PNG"), headers=PNG)
    assert given.status_code == 200, given.text
    assert given.json()["picture"]["address"].startswith("/pictures/own/")
    read = shop.ask("GET", path, who="customer")
    assert (read.status_code, read.headers["Content-Type"]) == (200, "image/webp")
    assert read.headers["X-Content-Type-Options"] == "nosniff"
    assert read.content.startswith(b"RIFF")
    exported: dict[str, Any] = shop.ask("GET", "/v1/me/export", who="customer").json()["picture"]
    assert (exported["media_type"], base64.b64decode(exported["base64"])) == ("image/webp", read.content)
    assert shop.ask("GET", path, who="customer2").status_code == 404
    assert shop.ask("PUT", path, who="merchant", data=picture(), headers=PNG).status_code == 403
    assert shop.ask("DELETE", path, who="customer").json()["picture"] is None
    assert shop.ask("PUT", path, who="customer", data=picture(), headers=PNG).status_code == 200
    assert shop.ask("POST", "/v1/me/erasure", who="customer", json={"password": PASSWORD}).status_code == 204
    assert rows(engine, "select from account_pictures where account_id = :id", id=shop.world.accounts["customer"]) == []
