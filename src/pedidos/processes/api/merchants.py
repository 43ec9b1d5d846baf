"""Merchants: the list, one merchant, and the opening hours, which merchants set themselves (closures.py: holidays)."""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from flask import Response
from pydantic import Field

from pedidos.domain.access import Identity, Role, may_manage
from pedidos.domain.schedule import Interval, faults, opening_at
from pedidos.http import problems
from pedidos.http.acting import who
from pedidos.http.fields import ClosingTime, OpeningTime, SearchText, Weekday
from pedidos.http.problems import FieldError
from pedidos.http.roles import allow, public
from pedidos.processes.api import cursors
from pedidos.processes.api.request_validation import Body, Path, Query
from pedidos.processes.api.resource import Answer, Resource, reply
from pedidos.processes.api.services import services
from pedidos.storage.catalogue import merchants as stored


class MerchantPath(Path):
    merchant_id: UUID = Field(description="Id of the merchant.")


class PageQuery(Query):
    cursor: cursors.Cursor | None = None
    limit: cursors.Limit = 50


class MerchantQuery(PageQuery):
    q: SearchText | None = None


class OpenInterval(Body):
    """Open from opens until just before closes, in the merchant's local time. Past midnight, add a second interval."""

    weekday: Weekday
    opens: OpeningTime
    closes: ClosingTime


class OpeningHours(Body):
    """A week of opening hours. With an empty list the merchant is never open."""

    hours: list[OpenInterval] = Field(max_length=70)


class ClosureAnswer(Answer):
    """A time in which the merchant is closed, whatever its opening hours say"""

    id: UUID
    begins: datetime
    ends: datetime
    reason: str


class AverageAnswer(Answer):
    """What customers think of a merchant"""

    stars: float = Field(description="The average, 1 to 5, with one decimal.")
    ratings: int = Field(description="How many there are.")


class MerchantAnswer(Answer):
    """A merchant"""

    id: UUID
    name: str
    time_zone: str = Field(description="Name in the IANA time zone database.")
    active: bool
    hours: list[OpenInterval]
    closures: list[ClosureAnswer] = Field(description="Those that have not ended.")
    open_now: bool = Field(description="By its opening hours and closures. It may be suspended all the same: active.")
    changes_at: datetime | None = Field(
        description="When it closes, or opens again. Null if it does neither within a week."
    )
    rating: AverageAnswer | None = Field(description="Null until a customer has rated an order of it.")


class MerchantPage(Answer):
    """A page of merchants"""

    items: list[MerchantAnswer]
    next_cursor: str | None = Field(description="Cursor of the next page; null on the last page.")


resource = Resource("Merchants", "/v1/merchants", "Merchants and their opening hours.")


@resource.operation("get", "", answers={200: MerchantPage})
@public
def list_merchants(query: MerchantQuery) -> Response:
    """List the merchants that accept orders, or find them by name"""
    found = stored.merchants(services().engine, cursors.decode(query.cursor), query.limit + 1, query.q or "")
    page, more = cursors.split(found, query.limit)
    return reply(
        MerchantPage(
            items=[answer(merchant) for merchant in page], next_cursor=cursors.encode(page[-1].id) if more else None
        )
    )


@resource.operation("get", "/<uuid:merchant_id>", answers={200: MerchantAnswer})
@public
def read_merchant(path: MerchantPath) -> Response:
    """Read a merchant with its opening hours"""
    merchant = stored.merchant(services().engine, path.merchant_id)
    if merchant is None:
        raise problems.NotFound
    return reply(answer(merchant))


@resource.operation(
    "put", "/<uuid:merchant_id>/opening-hours", answers={200: MerchantAnswer}, refuses=[problems.OutcomeUnknown]
)
@allow(Role.MERCHANT, owner=True)
def set_opening_hours(identity: Identity, path: MerchantPath, body: OpeningHours) -> Response:
    """Replace your opening hours"""
    if not may_manage(identity, path.merchant_id):
        raise problems.NotFound
    hours = as_intervals(body.hours)
    errors = [FieldError(f"hours.{position}.{part}", reason) for position, part, reason in faults(hours)]
    if errors:
        raise problems.InvalidFields(errors=errors)
    return reply(answer(stored.set_hours(services().engine, path.merchant_id, hours, who())))


def as_intervals(hours: Iterable[OpenInterval]) -> list[Interval]:
    """Opening hours of a request, in minutes."""
    return [Interval(each.weekday, _minutes(each.opens), _minutes(each.closes)) for each in hours]


def as_open_intervals(hours: Iterable[Interval]) -> list[OpenInterval]:
    """Opening hours as the API shows them."""
    return [OpenInterval(weekday=each.weekday, opens=_clock(each.opens), closes=_clock(each.closes)) for each in hours]


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def answer(merchant: stored.Merchant) -> MerchantAnswer:
    """The merchant as the API shows it."""
    opening = opening_at(merchant.hours, merchant.time_zone, datetime.now(UTC), merchant.closures)
    return MerchantAnswer(
        id=merchant.id,
        name=merchant.name,
        time_zone=merchant.time_zone,
        active=merchant.active,
        hours=as_open_intervals(merchant.hours),
        closures=[
            ClosureAnswer(id=each.id, begins=each.begins, ends=each.ends, reason=each.reason)
            for each in merchant.stored_closures
        ],
        open_now=opening.is_open,
        changes_at=opening.until,
        rating=AverageAnswer(stars=merchant.rating.stars, ratings=merchant.rating.ratings) if merchant.rating else None,
    )
