"""The orders that a line names."""

from uuid import UUID

from pedidos.logs.orders import MOST, some


def test_a_line_names_twenty_orders_at_most() -> None:
    many = [UUID(int=number) for number in range(500)]
    assert list(some(many)) == many[:MOST]
    assert list(some(many[:1])) == many[:1]
