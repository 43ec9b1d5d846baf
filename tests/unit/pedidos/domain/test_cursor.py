"""A cursor and its text."""

import pytest

from pedidos.domain.cursor import START, Cursor


def test_the_text_of_a_cursor_is_read_back() -> None:
    assert str(Cursor(12, 34)) == "12-34"
    for cursor in (START, Cursor(12, 34)):
        assert Cursor.parse(str(cursor)) == cursor


@pytest.mark.parametrize("text", ["", "12", "12-", "-12-1", "1-2-3", "1-2\n", " 1-2", "١-٢", "9" * 20 + "-1"])
def test_other_text_is_no_cursor(text: str) -> None:
    assert Cursor.parse(text) is None
