"""What an order costs."""

from hypothesis import given
from hypothesis import strategies as st

from pedidos_drills.ledger.pricing import Line, total_cents

lines = st.lists(
    st.builds(
        Line, st.just("p"), st.integers(1, 99), st.integers(1, 10_000_000), st.lists(st.integers(0, 99_999), max_size=5)
    ),
    max_size=50,
)


@given(lines, st.randoms(use_true_random=False))
def test_a_total_is_the_sum_whatever_the_order_of_the_lines(some: list[Line], chance: object) -> None:
    units = [price for line in some for _ in range(line.quantity) for price in (line.price_cents, *line.choices)]
    assert total_cents(some) == sum(units)
    chance.shuffle(some)  # type: ignore[attr-defined]
    assert total_cents(some) == sum(units)


@given(lines, lines)
def test_totals_add_up(some: list[Line], more: list[Line]) -> None:
    assert total_cents([*some, *more]) == total_cents(some) + total_cents(more)
