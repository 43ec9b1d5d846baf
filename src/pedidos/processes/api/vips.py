"""VIPs: a merchant makes the customer of an order one, and the customer sees of which merchants."""

from datetime import datetime
from uuid import UUID

from flask import Response
from pydantic import Field

from pedidos.domain.access import Identity, Role, may_manage, merchant_of
from pedidos.http import problems
from pedidos.http.acting import who
from pedidos.http.roles import allow
from pedidos.processes.api import cursors
from pedidos.processes.api.merchants import MerchantPath, PageQuery
from pedidos.processes.api.order_answers import OrderPath
from pedidos.processes.api.resource import Answer, Resource, reply
from pedidos.processes.api.services import services
from pedidos.storage.coupons import vips

MOST_MEMBERSHIPS = 100


class VipPath(MerchantPath):
    account_id: UUID = Field(description="Id of the customer's account.")


class VipAnswer(Answer):
    """A customer who is a VIP of the merchant"""

    customer_id: UUID
    since: datetime


class VipPage(Answer):
    """A page of VIPs, by id"""

    items: list[VipAnswer]
    next_cursor: str | None = Field(description="Cursor of the next page; null on the last page.")


class MembershipAnswer(Answer):
    """A merchant whose VIP you are"""

    merchant_id: UUID
    since: datetime
    coupon: str | None = Field(
        description="The code of its newest coupon for VIPs that is valid now: use it in an order."
    )


class MembershipList(Answer):
    """The merchants whose VIP you are, at most 100"""

    items: list[MembershipAnswer]


resource = Resource("VIPs", "/v1", "Customers for whom a merchant has coupons of their own.")


@resource.operation("put", "/orders/<uuid:order_id>/vip", answers={200: VipAnswer}, refuses=[problems.OutcomeUnknown])
@allow(Role.MERCHANT, owner=True)
def mark_vip(identity: Identity, path: OrderPath) -> Response:
    """Make the customer of one of your orders a VIP. Repeating the request changes nothing"""
    marked = vips.mark(services().engine, merchant_of(identity), path.order_id, who())
    if marked is None:
        raise problems.NotFound
    return reply(VipAnswer(customer_id=marked.customer_id, since=marked.since))


@resource.operation("get", "/merchants/<uuid:merchant_id>/vips", answers={200: VipPage})
@allow(Role.MERCHANT, owner=True)
def list_vips(identity: Identity, path: MerchantPath, query: PageQuery) -> Response:
    """List your VIPs"""
    _own(identity, path.merchant_id)
    after = cursors.decode(query.cursor)
    page, more = cursors.split(
        vips.of_merchant(services().engine, path.merchant_id, after, query.limit + 1), query.limit
    )
    return reply(
        VipPage(
            items=[VipAnswer(customer_id=each.customer_id, since=each.since) for each in page],
            next_cursor=cursors.encode(page[-1].customer_id) if more else None,
        )
    )


@resource.operation(
    "delete",
    "/merchants/<uuid:merchant_id>/vips/<uuid:account_id>",
    answers={204: None},
    refuses=[problems.OutcomeUnknown],
)
@allow(Role.MERCHANT, owner=True)
def unmark_vip(identity: Identity, path: VipPath) -> Response:
    """End that a customer is a VIP of yours. Orders that have their discount keep it"""
    _own(identity, path.merchant_id)
    vips.unmark(services().engine, path.merchant_id, path.account_id, who())
    return Response(status=204)


@resource.operation("get", "/me/vip", answers={200: MembershipList})
@allow(Role.CUSTOMER)
def list_memberships(identity: Identity) -> Response:
    """List the merchants whose VIP you are, with the coupon that each has for you"""
    found = vips.of_customer(services().engine, identity.account_id, MOST_MEMBERSHIPS)
    return reply(
        MembershipList(
            items=[
                MembershipAnswer(merchant_id=each.merchant_id, since=each.since, coupon=each.coupon) for each in found
            ]
        )
    )


def _own(identity: Identity, merchant_id: UUID) -> None:
    if not may_manage(identity, merchant_id):
        raise problems.NotFound
