"""The key of an order's charge."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from pedidos.domain.payment import idempotency_key


@given(st.uuids(), st.uuids())
def test_orders_share_no_key(one: UUID, other: UUID) -> None:
    assert (idempotency_key(one) == idempotency_key(other)) == (one == other)
