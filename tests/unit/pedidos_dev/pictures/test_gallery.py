"""The document shows each page once, in every form, by the page's address."""

from pedidos_dev.pictures.forms import FORMS
from pedidos_dev.pictures.gallery import gallery
from pedidos_dev.pictures.photographs import picture_of


def test_each_page_is_shown_in_every_form() -> None:
    made = gallery(
        {"shops.show": "the customer", "board.board": "the shop"}, {"shops.show": "/shops", "board.board": "/board"}
    )
    assert made.index("## `/board`") < made.index("## `/shops`")
    for endpoint in ("shops.show", "board.board"):
        for form in FORMS:
            assert f"({picture_of(endpoint, form)})" in made


def test_a_picture_is_named_for_its_page_and_form() -> None:
    assert picture_of("order_map.facts_at", FORMS[0]) == "order-map-facts-at-light.jpg"
