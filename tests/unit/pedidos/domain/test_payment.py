"""The key of an order's charge."""

from hypothesis import given
from hypothesis import strategies as st

from pedidos.domain.payment import idempotency_key


@given(st.uuids(), st.uuids())
def test_orders_share_no_key(one: object, other: object) -> None:
    assert (idempotency_key(str(one)) == idempotency_key(str(other))) == (one == other)
