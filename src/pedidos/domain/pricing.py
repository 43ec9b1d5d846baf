"""What the total of an order is made of. storage/pricing computes it, in the statement that places the order.

All amounts are integers in cents. Two rules round, and both are in storage/pricing/costs.py:

- a distance is rounded up to the metre, before the band of the delivery fee is chosen;
- a discount in per cent is rounded down to the cent, in favour of the merchant.

Everything else is a sum of integers. Items count with the price of the catalogue. The free delivery and the minimum of
a coupon look at the sum of the items. A discount applies to that sum alone: not to the fee, not to the tip. It leaves
at least one cent, because the payment provider takes no payment of nothing.
"""

from dataclasses import dataclass
from enum import StrEnum

MAX_TIP_CENTS = 100_000


class LineKind(StrEnum):
    """The lines of a total besides the items, in the order in which they are shown."""

    DELIVERY_FEE = "delivery_fee"
    """Of every delivery, also if it is 0. An order without this line is picked up."""
    DISCOUNT = "discount"
    """Of a coupon. Its amount is negative."""
    TIP = "tip"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a total that is no item. label: the code of the coupon, otherwise empty."""

    kind: LineKind
    amount_cents: int
    label: str = ""


class NoPrice(StrEnum):
    """Why an order has no price: what it asks for is not offered. Whether a coupon is used up is decided for good only
    when the units of the order are reserved."""

    NO_DELIVERY = "no_delivery"
    """The merchant does not deliver."""
    LOCATION_NEEDED = "location_needed"
    """The fee depends on the distance, and the address has no location."""
    TOO_FAR = "too_far"
    """The address is farther away than the merchant delivers."""
    COUPON_UNKNOWN = "coupon_unknown"
    """The merchant has no such coupon."""
    COUPON_NOT_NOW = "coupon_not_now"
    """The coupon is not valid yet, not valid any more, or was ended."""
    COUPON_MINIMUM = "coupon_minimum"
    """The items cost less than the coupon needs."""
    COUPON_USED_UP = "coupon_used_up"
    """As many orders use it as may."""
    COUPON_USED_BY_YOU = "coupon_used_by_you"
    """As many orders of this customer use it as one person may have."""
