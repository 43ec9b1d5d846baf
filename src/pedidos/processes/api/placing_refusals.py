"""The problem documents for orders that are not placed."""

import math
from collections.abc import Iterable, Sequence
from uuid import UUID

from pedidos.domain.options import Choices
from pedidos.domain.order_limits import Limit
from pedidos.domain.scheduling import TOO_MANY
from pedidos.http import problems
from pedidos.http.problems import FieldError, Problem
from pedidos.processes.api import price_answers
from pedidos.processes.api.services import services
from pedidos.sentence import Sentence
from pedidos.storage.catalogue.misfits import misfits
from pedidos.storage.orders.placed import (
    ChoicesDoNotFit,
    HasNoPrice,
    KeyInFlight,
    KeyReused,
    LimitReached,
    PlacingRefused,
    RowHeld,
    TooManyUnits,
    TotalDiffers,
    UnknownAccount,
    UnknownProducts,
)
from pedidos.storage.orders.placing import NewOrder

CHANGED = Sentence("The options of a product were being changed.")

_LIMITS = {
    Limit.ORDERS_PER_MINUTE: Sentence("An account can place {most} orders within a minute."),
    Limit.UNPAID_ORDERS: Sentence("An account can have {most} orders that wait for their payment."),
    Limit.UNPAID_UNITS: Sentence(
        "An account can have {most} units of a product in orders that wait for their payment."
    ),
}


def problem_of(refusal: PlacingRefused, order: NewOrder) -> Problem:  # noqa: PLR0911  # one for each kind of refusal
    """The problem for the refusal of this order."""
    match refusal:
        case TotalDiffers():
            actual = refusal.actual_cents
            costs = Sentence("The order costs {cents} cents.", cents=actual)
            return problems.TotalDiffers(costs, actual_total_cents=actual)
        case ChoicesDoNotFit():
            return misfit_choices(order.items, order.choices)
        case HasNoPrice():
            return price_answers.no_price(refusal.why)
        case RowHeld():
            return problems.Held(Sentence("Another change holds the account, the merchant or a product of the order."))
        case UnknownAccount():
            return problems.Unauthenticated(Sentence("The account does not exist any more."))
        case KeyInFlight():
            return problems.RequestInFlight()
        case KeyReused():
            return problems.IdempotencyKeyReused()
        case LimitReached(limit=Limit.SCHEDULED_ORDERS):
            return problems.InvalidFields(errors=[FieldError("scheduled_for", TOO_MANY)])
        case LimitReached():
            return _limit_reached(refusal)
        case TooManyUnits():
            message = Sentence("An order can have at most {most} units of a product.", most=refusal.most)
            return problems.InvalidFields(errors=_of_items(order.items, refusal.product_ids, "quantity", message))
        case UnknownProducts():
            return problems.InvalidFields(errors=unknown_parts(order.items, refusal.product_ids, merchant=False))
    return problems.InvalidFields(errors=unknown_parts(order.items, (), merchant=True))


def unknown_parts(
    items: Sequence[tuple[UUID, int]], product_ids: Iterable[UUID], *, merchant: bool
) -> list[FieldError]:
    """The errors of an order or a quote of which these products, or the merchant, do not exist. items: its (product,
    quantity) pairs."""
    if merchant:
        return [FieldError("merchant_id", Sentence("There is no such merchant."))]
    return _of_items(items, product_ids, "product_id", Sentence("There is no such product."))


def misfit_choices(items: Sequence[tuple[UUID, int]], choices: Choices) -> Problem:
    """The problem of an order or a quote whose items have choices that cannot be made, or lack some."""
    errors = [
        FieldError(
            f"items.{each.item}.choices" + ("" if each.fault.choice is None else f".{each.fault.choice}"),
            each.fault.reason,
        )
        for each in misfits(services().engine, items, choices)
    ]
    return problems.InvalidFields(errors=errors) if errors else problems.Held(CHANGED)


def _limit_reached(refusal: LimitReached) -> Problem:
    return problems.OrderLimitReached(
        _LIMITS[refusal.limit].filled(most=refusal.most),
        limit=refusal.limit,
        most=refusal.most,
        headers={"Retry-After": str(max(1, math.ceil(refusal.again_seconds)))},
    )


def _of_items(
    items: Sequence[tuple[UUID, int]], product_ids: Iterable[UUID], field: str, message: Sentence
) -> list[FieldError]:
    """An error for this field of each item with one of the products."""
    concerned = set(product_ids)
    return [
        FieldError(f"items.{position}.{field}", message)
        for position, (product, _) in enumerate(items)
        if product in concerned
    ]
