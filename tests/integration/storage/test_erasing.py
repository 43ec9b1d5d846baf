"""What a person writes while the account is being erased does not outlive it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from uuid import UUID

import pytest
from sqlalchemy import Engine

from pedidos.domain.audit import Who
from pedidos.domain.picture import Picture
from pedidos.storage.accounts import pictures
from pedidos.storage.accounts.erasing import erase
from pedidos.storage.coupons import vips
from pedidos.storage.orders import ratings
from tests.support.shop import Product, place_order
from tests.support.tables import change, rows
from tests.support.waiting import until

Write = Callable[[Engine, UUID, UUID, UUID], object]

WRITES: dict[str, Write] = {
    "ratings": lambda engine, customer, _, order: ratings.rate(engine, order, customer, 5, "Still hot."),
    "account_pictures": lambda engine, customer, *_: pictures.set_picture(
        engine, customer, Picture(b"bytes", 1, 1), Who()
    ),
    "vips": lambda engine, _, merchant, order: vips.mark(engine, merchant, order, Who()),
}


@pytest.mark.parametrize("table", WRITES)
def test_what_comes_while_an_account_is_erased_leaves_nothing(
    engine: Engine, customer: UUID, merchant: UUID, products: list[Product], table: str
) -> None:
    order_id = place_order(engine, customer, products[0]).order_id
    change(engine, "update orders set status = 'delivered' where id = :id", id=order_id)
    waits = "select from pg_stat_activity where wait_event_type = 'Lock' and query like '%for key share%'"
    with engine.connect() as erasing, ThreadPoolExecutor(1) as threads:
        erasing.exec_driver_sql("select from accounts where id = %(id)s for update", {"id": customer})
        writing = threads.submit(WRITES[table], engine, customer, merchant, order_id)
        until(lambda: len(rows(engine, waits)) == 1, "the write to wait for the account")
        erasing.exec_driver_sql("update accounts set active = false where id = %(id)s", {"id": customer})
        erasing.commit()
        with suppress(LookupError):
            writing.result(30)
    assert rows(engine, f"select from {table}") == []


def test_an_erasure_takes_them_along(engine: Engine, customer: UUID, merchant: UUID, products: list[Product]) -> None:
    order_id = place_order(engine, customer, products[0]).order_id
    change(engine, "update orders set status = 'delivered' where id = :id", id=order_id)
    for write in WRITES.values():
        write(engine, customer, merchant, order_id)
    erase(engine, customer, Who())
    assert rows(engine, "select from account_pictures") == []
    assert rows(engine, "select from vips") == []
    (left,) = rows(engine, "select stars, comment from ratings")
    assert (left.stars, left.comment) == (5, "")
