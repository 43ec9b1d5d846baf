"""Coupons: each is used by the orders that hold it, and by no more than may."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoredCoupon:
    """uses: (order, customer) of each. None: no limit."""

    id: str
    most: int | None
    most_per_person: int | None
    used: int
    uses: Sequence[tuple[str, str]]


def problems(coupons: Sequence[StoredCoupon], holders: Mapping[str, Set[str]]) -> Iterator[tuple[str, str | None]]:
    """What is wrong: an order uses its coupon while its units are reserved or sold, and at no other time. holders: the
    orders whose units are, by the coupon that they want."""
    for coupon in coupons:
        holding = holders.get(coupon.id, frozenset())
        used = {order_id for order_id, _ in coupon.uses}
        if coupon.used != len(used):
            yield f"coupon {coupon.id}: {coupon.used} uses are counted, there are {len(used)}", None
        if coupon.most is not None and len(holding) > coupon.most:
            yield f"coupon {coupon.id}: {len(holding)} orders use it, {coupon.most} may", None
        yield from (
            ("it has given its coupon back, and still is to cost less", each) for each in sorted(holding - used)
        )
        yield from (("it still uses its coupon", each) for each in sorted(used - holding))
        for customer, count in Counter(who for _, who in coupon.uses).items():
            if coupon.most_per_person is not None and count > coupon.most_per_person:
                yield f"coupon {coupon.id}: {count} orders of the customer {customer} use it", None
