"""Who moved an order: operators are told everything, others what concerns them."""

import pytest

from pedidos.domain.access import Role
from pedidos.domain.authors import author_for, detail_for

ACCOUNT = "0190d5c2-0000-7000-8000-000000000001"


@pytest.mark.parametrize(
    ("by", "customer", "merchant"),
    [
        ("worker-1", "platform", "platform"),
        ("worker-7@node-3.internal", "platform", "platform"),
        ("scheduler", "platform", "platform"),
        ("ana at the command line", "platform", "platform"),
        (f"operator:{ACCOUNT}", "platform", "platform"),
        (f"merchant:{ACCOUNT}", "merchant", f"merchant:{ACCOUNT}"),
        (f"customer:{ACCOUNT}", "customer", "customer"),
        ("merchants: all of them", "platform", "platform"),
        ("", "platform", "platform"),
    ],
)
def test_the_author(by: str, customer: str, merchant: str) -> None:
    assert author_for(Role.CUSTOMER, by) == customer
    assert author_for(Role.MERCHANT, by) == merchant
    assert detail_for(Role.OPERATOR, {"by": by, "reason": "x"}) == {"by": by, "reason": "x"}
    assert detail_for(Role.CUSTOMER, {"by": by, "reason": "x"}) == {"by": customer, "reason": "x"}


@pytest.mark.parametrize("viewer", Role)
def test_a_detail_without_an_author_stays_as_it_is(viewer: Role) -> None:
    assert detail_for(viewer, {"total_cents": 100}) == {"total_cents": 100}
