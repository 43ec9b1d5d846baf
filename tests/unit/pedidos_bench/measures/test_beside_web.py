"""Each setting comes first in every second round, so what changes in between favours none."""

from pedidos_bench.measures.beside_web import SETTINGS, in_turn


def test_each_setting_comes_first_in_turn() -> None:
    assert [in_turn(number)[0] for number in range(4)] == [*SETTINGS, *SETTINGS]
    assert all(sorted(in_turn(number)) == sorted(SETTINGS) for number in range(2))
