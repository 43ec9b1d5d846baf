"""What is scarce about a coupon, so that it is given out as the units of a product are."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class UsesLeft:
    """Uses of a coupon: those that are left for all, or with a customer those that are left for one person."""

    coupon_id: UUID
    customer_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class CouponUse:
    """A coupon that an order wants to use, or uses."""

    coupon_id: UUID
    customer_id: UUID

    @property
    def scarce(self) -> tuple[UsesLeft, UsesLeft]:
        """What the order needs one of each."""
        return UsesLeft(self.coupon_id), UsesLeft(self.coupon_id, self.customer_id)


UNLIMITED = 2**31
"""Uses left of a coupon without a limit: more than one batch of orders can want."""
