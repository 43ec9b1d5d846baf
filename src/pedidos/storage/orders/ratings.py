"""Ratings of orders: one for each, by its customer, after it was delivered; and those of a merchant."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.order import Refusal, Status
from pedidos.domain.rating import RATED_BEFORE, Rating, may_rate
from pedidos.storage.engine import in_statement
from pedidos.storage.once import once

# The lock waits for an erasure that has begun, which removes words: afterwards, the account is not active.
_STATUS = """
select o.status from orders o join accounts a on a.id = o.customer_id
where o.id = %(id)s and o.customer_id = %(customer)s and a.active
for key share of a
"""

# What was delivered stays so: the order needs no lock. A second rating of the order waits for the first, and counts
# nothing.
_RATE = """
with rated as (
    insert into ratings (order_id, merchant_id, stars, comment)
    select id, merchant_id, %(stars)s, %(comment)s from orders
    where id = %(id)s and customer_id = %(customer)s
    on conflict (order_id) do nothing
    returning merchant_id, stars
)
insert into merchant_ratings as counted (merchant_id, ratings, stars) select merchant_id, 1, stars from rated
on conflict (merchant_id) do update
set ratings = counted.ratings + 1, stars = counted.stars + excluded.stars
"""

_OF_ORDER = "select stars, comment, rated_at from ratings where order_id = %(id)s"

_OF_MERCHANT = """
select id, order_id, stars, comment, rated_at from ratings
where merchant_id = %(merchant)s and (%(before)s::uuid is null or id < %(before)s)
order by id desc limit %(limit)s
"""

_FORGET_WORDS = """
update ratings set comment = '' where order_id in (select id from orders where customer_id = %(id)s)
"""


@dataclass(frozen=True, slots=True)
class Given:
    """A rating in a merchant's list."""

    id: UUID
    order_id: UUID
    rating: Rating


def rate(engine: Engine, order_id: UUID, customer_id: UUID, stars: int, comment: str) -> Refusal | None:
    """Rates a delivered order of this customer, once; returns why not. The same rating again changes nothing. Raises
    LookupError: the customer has no such order; once.OutcomeUnknown."""
    values = {"id": order_id, "customer": customer_id, "stars": stars, "comment": comment}

    def work(connection: Connection) -> Refusal | None:
        row = connection.exec_driver_sql(_STATUS, values).one_or_none()
        if row is None:
            raise LookupError(order_id)
        refusal = may_rate(Status(row.status))
        if refusal is not None:
            return refusal
        connection.exec_driver_sql(_RATE, values)
        found = connection.exec_driver_sql(_OF_ORDER, values).one()
        return None if (found.stars, found.comment) == (stars, comment) else RATED_BEFORE

    return once(engine, work)


def of_order(engine: Engine, order_id: UUID) -> Rating | None:
    """The rating of an order, if it has one."""
    values = {"id": order_id}
    row = in_statement(engine, lambda connection: connection.exec_driver_sql(_OF_ORDER, values).one_or_none())
    return None if row is None else Rating(*row)


def of_merchant(engine: Engine, merchant_id: UUID, before: UUID | None, limit: int) -> list[Given]:
    """The merchant's ratings, newest first, at most limit. before: the id of the last one of the page before."""
    values = {"merchant": merchant_id, "before": before, "limit": limit}
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_OF_MERCHANT, values).all())
    return [Given(row.id, row.order_id, Rating(row.stars, row.comment, row.rated_at)) for row in rows]


def forget_words(connection: Connection, customer_id: UUID) -> None:
    """Removes what a customer has written, in the transaction that erases the account. The stars stay."""
    connection.exec_driver_sql(_FORGET_WORDS, {"id": customer_id})
