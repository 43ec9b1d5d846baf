"""A merchant's coupons."""

from typing import Annotated
from uuid import UUID

from flask import Response
from pydantic import AwareDatetime, Field

from pedidos.domain.access import Identity, Role, may_manage
from pedidos.http import problems
from pedidos.http.acting import who
from pedidos.http.contact_fields import CouponCode
from pedidos.http.fields import WHOLE, MomentInBody, PriceCents
from pedidos.http.problems import FieldError
from pedidos.http.roles import allow
from pedidos.processes.api import delivery_terms
from pedidos.processes.api.merchants import MerchantPath
from pedidos.processes.api.request_validation import Body
from pedidos.processes.api.resource import Answer, reply
from pedidos.processes.api.services import services
from pedidos.sentence import Sentence
from pedidos.storage.coupons import coupons as stored
from pedidos.storage.coupons.coupons import Coupon, CouponTerms

MAX_USES = 1_000_000
Uses = Annotated[int, Field(ge=1, le=MAX_USES, examples=[100]), WHOLE]
Percent = Annotated[int, Field(ge=1, le=100, examples=[10]), WHOLE]

resource = delivery_terms.resource  # the same paths


class NewCoupon(Body):
    """Either percent or amount_cents, of the items. The code is yours for good: another coupon needs another one."""

    code: CouponCode
    percent: Percent | None = Field(None, description="Of the items; rounded down to the cent.")
    amount_cents: PriceCents | None = None
    minimum_cents: Annotated[int, Field(ge=0, le=100_000_000), WHOLE] = Field(0, description="Of the items.")
    begins: MomentInBody | None = Field(None, description="Null: now.")
    ends: MomentInBody | None = Field(None, description="Null: never.")
    most: Uses | None = Field(None, description="Orders that may use it, in all. Null: no limit.")
    most_per_person: Uses | None = Field(None, description="Orders of one customer that may use it. Null: no limit.")
    vips_only: bool = Field(False, description="Whether only your VIPs have it; for others, it does not exist.")


class CouponPath(MerchantPath):
    coupon_id: UUID = Field(description="Id of the coupon.")


class CouponAnswer(Answer):
    """A coupon of a merchant"""

    id: UUID
    code: str
    percent: int | None
    amount_cents: int | None
    minimum_cents: int
    begins: AwareDatetime | None
    ends: AwareDatetime | None
    most: int | None
    most_per_person: int | None
    vips_only: bool
    active: bool = Field(description="False once it was ended.")
    used: int = Field(description="Orders that use it. One that ends without being paid, or is undone, gives it back.")


class CouponList(Answer):
    """The merchant's coupons: those that have not been ended first, then the newest; at most 200"""

    items: list[CouponAnswer]


@resource.operation("get", "/<uuid:merchant_id>/coupons", answers={200: CouponList})
@allow(Role.MERCHANT, owner=True)
def list_coupons(identity: Identity, path: MerchantPath) -> Response:
    """List your coupons"""
    _own(identity, path.merchant_id)
    found = stored.of_merchant(services().engine, path.merchant_id)
    return reply(CouponList(items=[_answer(each) for each in found]))


@resource.operation(
    "post",
    "/<uuid:merchant_id>/coupons",
    answers={200: CouponAnswer},
    refuses=[problems.Conflict, problems.OutcomeUnknown],
)
@allow(Role.MERCHANT, owner=True)
def add_coupon(identity: Identity, path: MerchantPath, body: NewCoupon) -> Response:
    """Make a coupon. Repeating the request changes nothing"""
    _own(identity, path.merchant_id)
    errors = []
    if (body.percent is None) == (body.amount_cents is None):
        errors.append(FieldError("percent", Sentence("Give either percent or amount_cents.")))
    if body.begins is not None and body.ends is not None and body.ends <= body.begins:
        errors.append(FieldError("ends", Sentence("Must be later than begins.")))
    if errors:
        raise problems.InvalidFields(errors=errors)
    terms = CouponTerms(
        body.code,
        body.percent,
        body.amount_cents,
        body.minimum_cents,
        body.begins,
        body.ends,
        body.most,
        body.most_per_person,
        body.vips_only,
    )
    try:
        added = stored.add(services().engine, path.merchant_id, terms, who())
    except (stored.CodeTaken, stored.TooManyCoupons) as error:
        raise problems.Conflict(error.reason) from error
    return reply(_answer(added))


@resource.operation(
    "delete",
    "/<uuid:merchant_id>/coupons/<uuid:coupon_id>",
    answers={204: None},
    refuses=[problems.OutcomeUnknown],
)
@allow(Role.MERCHANT, owner=True)
def end_coupon(identity: Identity, path: CouponPath) -> Response:
    """End a coupon: no new order can use it. Orders that use it already keep their discount"""
    _own(identity, path.merchant_id)
    if not stored.end(services().engine, path.merchant_id, path.coupon_id, who()):
        raise problems.NotFound
    return Response(status=204)


def _answer(coupon: Coupon) -> CouponAnswer:
    terms = coupon.terms
    return CouponAnswer(
        id=coupon.id,
        code=terms.code,
        percent=terms.percent,
        amount_cents=terms.amount_cents,
        minimum_cents=terms.minimum_cents,
        begins=terms.begins,
        ends=terms.ends,
        most=terms.most,
        most_per_person=terms.most_per_person,
        vips_only=terms.vips_only,
        active=coupon.active,
        used=coupon.used,
    )


def _own(identity: Identity, merchant_id: UUID) -> None:
    if not may_manage(identity, merchant_id):
        raise problems.NotFound
