"""Lists of orders: every filter finds what a check of every order finds."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from uuid import UUID

import pytest
from sqlalchemy import Engine

from pedidos.domain.access import ALL_ORDERS, OrderScope
from pedidos.domain.order import Status
from pedidos.storage.orders.lists import OrderFilter, page
from tests.support.shop import make_customer, make_merchant
from tests.support.tables import change, rows

ORDERS = """
insert into orders (id, customer_id, merchant_id, status, version, total_cents, payment_token, created_at, updated_at,
                    scheduled_for, release_at)
select uuidv7(ago), (cast(:customers as uuid[]))[1 + n % 2], (cast(:merchants as uuid[]))[1 + n / 2 % 2], state, 1, 100,
       'tok_ok', clock_timestamp() + ago, clock_timestamp(), later, later
from (select n, n * interval '-10 minutes' as ago, (cast(:states as text[]))[1 + n % :count] as state
      from generate_series(1, 90) as n) as each
left join (select 'scheduled' as state, now() + interval '1 day' as later) as waits using (state)
"""


@pytest.fixture
def owners(engine: Engine, clean: None) -> list[OrderFilter]:  # noqa: ARG001  # the tables are emptied first
    """Filters for all owners, for each of two customers and for each of two merchants.

    Together they have 90 orders, in all states, over 15 hours.
    """
    customers = [make_customer(engine) for _ in range(2)]
    merchants = [make_merchant(engine) for _ in range(2)]
    states = [Status.CONFIRMED, *Status]
    change(engine, ORDERS, customers=customers, merchants=merchants, states=states, count=len(states))
    return [
        OrderFilter(ALL_ORDERS),
        *(OrderFilter(OrderScope(customer_id=customer)) for customer in customers),
        *(OrderFilter(OrderScope(merchant_id=merchant)) for merchant in merchants),
    ]


def pages(engine: Engine, wanted: OrderFilter, limit: int) -> list[UUID]:
    found: list[UUID] = []
    before = None
    while some := page(engine, wanted, before, limit):
        assert len(some) <= limit
        found += [order.id for order in some]
        before = found[-1]
    return found


def test_every_filter_in_pages_of_every_size(engine: Engine, owners: list[OrderFilter]) -> None:
    stored = rows(engine, "select * from orders order by id desc")
    some, other = stored[25].created_at, stored[70].created_at
    times: list[tuple[datetime | None, datetime | None]] = [(None, None), (other, None), (None, some), (other, some)]
    for owner, status, (created_from, created_to) in product(owners, [None, *Status], times):
        wanted = replace(owner, status=status, created_from=created_from, created_to=created_to)
        expected = [
            order.id
            for order in stored
            if owner.scope.includes(order.customer_id, order.merchant_id)
            and status in (None, order.status)
            and (created_from is None or order.created_at >= created_from)
            and (created_to is None or order.created_at < created_to)
        ]
        for limit in (7, 100):
            assert pages(engine, wanted, limit) == expected, wanted


def test_an_order_is_found_by_its_time_though_the_clock_was_set_back(engine: Engine, owners: list[OrderFilter]) -> None:
    """PostgreSQL continues the ids of a session from where the clock was."""
    change(engine, "update orders set created_at = created_at - interval '1 hour'")
    (newest,) = rows(engine, "select id, created_at from orders order by id desc limit 1")
    until = newest.created_at + timedelta(seconds=1)
    wanted = OrderFilter(ALL_ORDERS, created_from=newest.created_at, created_to=until)
    assert owners
    assert pages(engine, wanted, 10) == [newest.id]
