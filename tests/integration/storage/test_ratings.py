"""An order is rated once, by its customer, after it was delivered; what a merchant's ratings add up to is counted."""

import threading
from collections import Counter
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine

from pedidos.domain.order import Refusal
from pedidos.domain.rating import Average
from pedidos.errors import ConstraintViolated
from pedidos.storage.catalogue import merchants
from pedidos.storage.orders import ratings
from tests.support.shop import Product, make_customer, place_order
from tests.support.tables import change, rows


def delivered(engine: Engine, customer: UUID, product: Product) -> UUID:
    order_id = place_order(engine, customer, product).order_id
    change(engine, "update orders set status = 'delivered' where id = :id", id=order_id)
    return order_id


def average(engine: Engine, merchant: UUID) -> Average | None:
    found = merchants.merchant(engine, merchant)
    assert found is not None
    return found.rating


def test_a_rating_is_given_once(engine: Engine, customer: UUID, merchant: UUID, products: list[Product]) -> None:
    order_id = delivered(engine, customer, products[0])
    assert average(engine, merchant) is None
    for _again in range(2):
        assert ratings.rate(engine, order_id, customer, 4, "Still hot.") is None
    assert isinstance(ratings.rate(engine, order_id, customer, 5, "Still hot."), Refusal)
    found = ratings.of_order(engine, order_id)
    assert found is not None
    assert (found.stars, found.comment) == (4, "Still hot.")
    assert average(engine, merchant) == Average(1, 4)


def test_of_many_at_once_one_counts(engine: Engine, customer: UUID, merchant: UUID, products: list[Product]) -> None:
    order_ids = [delivered(engine, customer, products[0]) for _ in range(3)]
    told: list[tuple[UUID, int, Refusal | None]] = []

    def rate(order_id: UUID, stars: int) -> None:
        told.append((order_id, stars, ratings.rate(engine, order_id, customer, stars, "")))

    threads = [threading.Thread(target=rate, args=(each, stars)) for each in order_ids for stars in (1, 3, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = {order_id: stars for order_id, stars, refusal in told if refusal is None}
    assert Counter(order_id for order_id, _, refusal in told if refusal is None) == dict.fromkeys(order_ids, 1)
    assert average(engine, merchant) == Average(3, sum(kept.values()))


def test_only_its_customer_rates_what_was_delivered(engine: Engine, customer: UUID, products: list[Product]) -> None:
    order_id = place_order(engine, customer, products[0]).order_id
    assert isinstance(ratings.rate(engine, order_id, customer, 1, ""), Refusal)
    for order, person in ((order_id, make_customer(engine)), (uuid4(), customer)):
        with pytest.raises(LookupError):
            ratings.rate(engine, order, person, 1, "")
    assert rows(engine, "select * from ratings") == []
    assert rows(engine, "select * from merchant_ratings") == []


def test_a_merchant_reads_them_page_by_page_newest_first(
    engine: Engine, customer: UUID, merchant: UUID, products: list[Product]
) -> None:
    order_ids = [delivered(engine, customer, products[0]) for _ in range(3)]
    for stars, order_id in enumerate(order_ids, start=3):
        ratings.rate(engine, order_id, customer, stars, f"{stars}!")
    first = ratings.of_merchant(engine, merchant, None, 2)
    rest = ratings.of_merchant(engine, merchant, first[-1].id, 2)
    assert [(each.order_id, each.rating.comment) for each in (*first, *rest)] == [
        (order_ids[2], "5!"),
        (order_ids[1], "4!"),
        (order_ids[0], "3!"),
    ]
    assert average(engine, merchant) == Average(3, 12)


def test_no_row_says_more_than_its_stars_allow(engine: Engine, customer: UUID, products: list[Product]) -> None:
    ratings.rate(engine, delivered(engine, customer, products[0]), customer, 5, "")
    for wrong in (
        "update ratings set stars = 6",
        "update ratings set comment = repeat('x', 501)",
        "update merchant_ratings set stars = 6",
        "update merchant_ratings set stars = 0",
    ):
        with pytest.raises(ConstraintViolated):
            change(engine, wrong)
