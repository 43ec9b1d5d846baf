"""An address belongs to the page that answers it."""

from pedidos.processes.web.more_pages import NO_MORE
from pedidos_dev.pictures.routes import Routes

ROUTES = Routes(NO_MORE)


def test_an_address_with_an_id_belongs_to_its_page() -> None:
    shop = ROUTES.endpoint("https://localhost:8400/shops/01900000-0000-7000-8000-000000000001?q=x")
    assert shop is not None
    assert str(ROUTES.rules()[shop]) == "/shops/<uuid:merchant_id>"


def test_an_address_of_no_page_belongs_to_none() -> None:
    assert ROUTES.endpoint("https://localhost:8400/nothing") is None


def test_pages_that_were_not_seen_are_named() -> None:
    assert "/checkout" in ROUTES.unseen(set())
    assert ROUTES.unseen(set(ROUTES.rules())) == []
