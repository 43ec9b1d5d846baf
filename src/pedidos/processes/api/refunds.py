"""Giving a part of an order's money back, more than once, and after its delivery too."""

from typing import Annotated, ClassVar
from uuid import UUID

from flask import Response
from pydantic import AwareDatetime, Field, StringConstraints

from pedidos.domain.access import Identity, Role
from pedidos.domain.order import Refusal
from pedidos.domain.reasons import said_one
from pedidos.domain.refunds import Cause, Missing, Refund, RefundStatus, TooMuch, Wish
from pedidos.domain.validation import MAX_LINES
from pedidos.http import problems
from pedidos.http.acting import who
from pedidos.http.fields import PriceCents
from pedidos.http.languages import headers_of, translate_to
from pedidos.http.problems import FieldError, Problem
from pedidos.http.reader import language
from pedidos.http.roles import allow
from pedidos.processes.api import orders
from pedidos.processes.api.order_answers import OrderPath, visible
from pedidos.processes.api.place_order import KEY_PATTERN, OrderItem
from pedidos.processes.api.request_validation import Body, Headers
from pedidos.processes.api.resource import Answer, reply
from pedidos.processes.api.services import services
from pedidos.sentence import Sentence
from pedidos.steps.refund import refund
from pedidos.storage.payments.refunds import KeyReused

resource = orders.resource  # the same paths


class RefundHeaders(Headers):
    """As for orders."""

    refusal: ClassVar[type[Problem]] = problems.IdempotencyKeyMissing

    idempotency_key: Annotated[str, StringConstraints(pattern=KEY_PATTERN)] = Field(
        alias="Idempotency-Key",
        description="A new key for each refund of the order; the same key when you repeat a request.",
        examples=["5c0d7f0e-3c5b-4a52-9d3c-0d8a4b9c7c11"],
    )


class NewRefund(Body):
    """Either what was missing, which says how much it is worth, or another cause with an amount."""

    cause: Cause
    missing: list[OrderItem] = Field(
        default_factory=list, max_length=MAX_LINES, description="With items_missing: the units that were not there."
    )
    amount_cents: PriceCents | None = Field(None, description="With every other cause.")


class RefundAnswer(Answer):
    """A refund of a part of an order's money"""

    id: UUID
    amount_cents: int
    cause: Cause
    reason: str = Field(description="What the customer is told, in the language of the header Accept-Language.")
    status: RefundStatus = Field(description="pending until the payment provider has returned the money.")
    created_at: AwareDatetime


@resource.operation(
    "post",
    "/<uuid:order_id>/refunds",
    answers={200: RefundAnswer},
    refuses=[problems.MoveRefused, problems.IdempotencyKeyReused, problems.OutcomeUnknown],
)
@allow(Role.MERCHANT, Role.OPERATOR, owner=True)
def refund_order(identity: Identity, path: OrderPath, header: RefundHeaders, body: NewRefund) -> Response:
    """Give a part of an order's money back, once it is accepted and after its delivery too. The order goes on"""
    visible(identity, path.order_id)
    wish = Wish(body.cause, body.amount_cents, [Missing(each.product_id, each.quantity) for each in body.missing])
    if errors := _unfit(wish):
        raise problems.InvalidFields(errors=errors)
    key = header.idempotency_key.strip('"')
    try:
        made = refund(services().engine, path.order_id, wish, key, identity.account_id, who())
    except KeyReused as error:
        raise problems.IdempotencyKeyReused from error
    if isinstance(made, Refusal):
        raise problems.MoveRefused(made.reason)
    if isinstance(made, TooMuch):
        raise problems.InvalidFields(errors=[FieldError(_field_of(made, wish), made.reason)])
    return _answer(made)


def _unfit(wish: Wish) -> list[FieldError]:
    """What does not fit together."""
    if wish.cause is Cause.ITEMS_MISSING:
        errors = [] if wish.missing else [FieldError("missing", Sentence("Say what is missing."))]
        if wish.cents is not None:
            errors.append(FieldError("amount_cents", Sentence("What is missing says how much it is worth.")))
        return errors
    errors = [FieldError("missing", Sentence("Only with the cause items_missing."))] if wish.missing else []
    if wish.cents is None:
        errors.append(FieldError("amount_cents", Sentence("Say how much is given back.")))
    return errors


def _field_of(refused: TooMuch, wish: Wish) -> str:
    if refused.item is not None:
        return f"missing.{refused.item}.quantity"
    return "amount_cents" if wish.cents is not None else "missing"


def _answer(made: Refund) -> Response:
    locale = language()
    return reply(
        RefundAnswer(
            id=made.id,
            amount_cents=made.amount_cents,
            cause=made.cause,
            reason=said_one(made.reason, translate_to(locale)),
            status=made.status,
            created_at=made.created_at,
        ),
        headers=headers_of(locale),
    )
