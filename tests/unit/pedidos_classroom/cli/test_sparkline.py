"""Figures as one line of text."""

from pedidos_classroom.cli.sparkline import shared, sparkline


def test_it_goes_from_zero_to_the_largest_value() -> None:
    assert sparkline([0, 3.5, 7], 10) == "▁▅█"
    assert sparkline([0, 0], 10) == "▁▁"
    assert sparkline([], 10) == ""


def test_what_is_not_known_is_a_gap() -> None:
    assert sparkline([1, None, 1], 10) == "█ █"
    assert sparkline([None, None], 10) == "  "


def test_more_values_than_characters_share_them_and_the_largest_is_seen() -> None:
    assert sparkline([0, 9, 0, 0, None, None], 3) == "█▁ "
    assert [list(share) for share in shared([1, 2, 3, 4, 5], 2)] == [[1, 2], [3, 4, 5]]
