"""What customers say about delivered orders: a customer rates one, and a merchant reads those of its own."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from flask import Response
from pydantic import Field

from pedidos.domain.access import Identity, Role, may_manage
from pedidos.domain.rating import FEWEST_STARS, MOST_STARS
from pedidos.http import problems
from pedidos.http.contact_fields import Comment
from pedidos.http.fields import WHOLE
from pedidos.http.roles import allow
from pedidos.processes.api import cursors
from pedidos.processes.api.compartments import Kind
from pedidos.processes.api.merchants import MerchantPath, PageQuery
from pedidos.processes.api.order_answers import ETAG, OrderAnswer, OrderPath, full, visible
from pedidos.processes.api.request_validation import Body
from pedidos.processes.api.resource import Answer, Resource, reply
from pedidos.processes.api.services import services
from pedidos.storage.orders import ratings

resource = Resource("Ratings", "/v1", "What customers say about orders that were delivered.")


class RatingToGive(Body):
    """What you think of an order that was delivered."""

    stars: Annotated[int, Field(ge=FEWEST_STARS, le=MOST_STARS, examples=[5]), WHOLE]
    comment: Comment = ""


class GivenRating(Answer):
    """What a customer says about an order"""

    id: UUID
    order_id: UUID
    stars: int
    comment: str = Field(description="Empty if there is none, or if its author's account was erased.")
    rated_at: datetime


class RatingPage(Answer):
    """A page of ratings, newest first"""

    items: list[GivenRating]
    next_cursor: str | None = Field(description="Cursor of the next page; null on the last page.")


@resource.operation(
    "put",
    "/orders/<uuid:order_id>/rating",
    answers={200: OrderAnswer},
    refuses=[problems.MoveRefused, problems.OutcomeUnknown],
    sends=ETAG,
)
@allow(Role.CUSTOMER)
def rate_order(identity: Identity, path: OrderPath, body: RatingToGive) -> Response:
    """Rate an order that was delivered to you, once. The merchant reads the comment, everyone sees the average"""
    try:
        refusal = ratings.rate(services().engine, path.order_id, identity.account_id, body.stars, body.comment)
    except LookupError as error:
        raise problems.NotFound from error
    if refusal is not None:
        raise problems.MoveRefused(refusal.reason)
    return full(identity, visible(identity, path.order_id))


@resource.operation("get", "/merchants/<uuid:merchant_id>/ratings", answers={200: RatingPage}, kind=Kind.LISTS)
@allow(Role.MERCHANT)
def list_ratings(identity: Identity, path: MerchantPath, query: PageQuery) -> Response:
    """List what customers say about your orders"""
    if not may_manage(identity, path.merchant_id):
        raise problems.NotFound
    before = cursors.decode(query.cursor)
    found = ratings.of_merchant(services().engines.lists, path.merchant_id, before, query.limit + 1)
    page, more = cursors.split(found, query.limit)
    items = [
        GivenRating(
            id=each.id,
            order_id=each.order_id,
            stars=each.rating.stars,
            comment=each.rating.comment,
            rated_at=each.rating.rated_at,
        )
        for each in page
    ]
    return reply(RatingPage(items=items, next_cursor=cursors.encode(page[-1].id) if more else None))
