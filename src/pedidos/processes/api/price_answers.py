"""The lines of a total in responses, and the problems of an order that has no price."""

from collections.abc import Mapping

from pydantic import Field

from pedidos.domain.pricing import Line, LineKind, NoPrice
from pedidos.domain.reasons import COUPON_USED_BY_YOU, COUPON_USED_UP
from pedidos.http import problems
from pedidos.http.problems import FieldError, Problem
from pedidos.processes.api.resource import Answer
from pedidos.sentence import Sentence

_SAID = {
    NoPrice.NO_DELIVERY: Sentence("The merchant does not deliver. Choose pick_up."),
    NoPrice.LOCATION_NEEDED: Sentence(
        "The fee of this merchant depends on the distance: give the location of the address."
    ),
    NoPrice.TOO_FAR: Sentence("The merchant does not deliver that far. Choose pick_up."),
    NoPrice.COUPON_UNKNOWN: Sentence("The merchant has no such coupon."),
    NoPrice.COUPON_NOT_NOW: Sentence("The coupon is not valid now."),
    NoPrice.COUPON_MINIMUM: Sentence("The items cost less than this coupon needs."),
    NoPrice.COUPON_USED_UP: COUPON_USED_UP,
    NoPrice.COUPON_USED_BY_YOU: COUPON_USED_BY_YOU,
}
COUPON_FIELDS = {why: "coupon" for why in NoPrice if why.startswith("coupon_")}
ORDER_FIELDS = {
    NoPrice.NO_DELIVERY: "handover.method",
    NoPrice.LOCATION_NEEDED: "handover.address.location",
    NoPrice.TOO_FAR: "handover.address.location",
    **COUPON_FIELDS,
}
"""The field of an order that is at fault."""


class LineAnswer(Answer):
    """A line of a total that is no item"""

    kind: LineKind
    amount_cents: int = Field(description="Negative for a discount.")
    label: str = Field(description="The code of a coupon; otherwise empty.")


def line_answer(line: Line) -> LineAnswer:
    """The line in a response."""
    return LineAnswer(kind=line.kind, amount_cents=line.amount_cents, label=line.label)


def no_price(why: NoPrice, fields: Mapping[NoPrice, str] = ORDER_FIELDS) -> Problem:
    """The problem of an order that asks for something that is not offered. fields: which one is at fault."""
    return problems.InvalidFields(errors=[FieldError(fields[why], _SAID[why])])
