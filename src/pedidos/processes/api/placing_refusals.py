"""The problem documents for orders that are not placed."""

import math
from collections.abc import Iterable
from uuid import UUID

from pedidos.domain.order_limits import Limit
from pedidos.http import problems
from pedidos.http.problems import FieldError, Problem
from pedidos.sentence import Sentence
from pedidos.storage.orders.placed import (
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
        case RowHeld():
            return problems.Held(Sentence("Another change holds the account, the merchant or a product of the order."))
        case UnknownAccount():
            return problems.Unauthenticated(Sentence("The account does not exist any more."))
        case KeyInFlight():
            return problems.RequestInFlight()
        case KeyReused():
            return problems.IdempotencyKeyReused()
        case LimitReached():
            return _limit_reached(refusal)
        case TooManyUnits():
            message = Sentence("An order can have at most {most} units of a product.", most=refusal.most)
            return problems.InvalidFields(errors=_of_items(order, refusal.product_ids, "quantity", message))
        case UnknownProducts():
            message = Sentence("There is no such product.")
            return problems.InvalidFields(errors=_of_items(order, refusal.product_ids, "product_id", message))
    return problems.InvalidFields(errors=[FieldError("merchant_id", Sentence("There is no such merchant."))])


def _limit_reached(refusal: LimitReached) -> Problem:
    return problems.OrderLimitReached(
        _LIMITS[refusal.limit].filled(most=refusal.most),
        limit=refusal.limit,
        most=refusal.most,
        headers={"Retry-After": str(max(1, math.ceil(refusal.again_seconds)))},
    )


def _of_items(order: NewOrder, product_ids: Iterable[UUID], field: str, message: Sentence) -> list[FieldError]:
    """An error for this field of each item with one of the products."""
    concerned = set(product_ids)
    return [
        FieldError(f"items.{position}.{field}", message)
        for position, (product, _) in enumerate(order.items)
        if product in concerned
    ]
