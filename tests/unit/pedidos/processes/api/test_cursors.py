"""Cursors of lists."""

import uuid

from hypothesis import given
from hypothesis import strategies as st

from pedidos.processes.api import cursors


@given(st.uuids())
def test_a_cursor_stands_for_its_id(last: uuid.UUID) -> None:
    assert cursors.decode(cursors.encode(last)) == last


@given(st.from_regex(r"[A-Za-z0-9_-]{22}", fullmatch=True))
def test_every_text_of_the_form_stands_for_some_id(text: str) -> None:
    assert isinstance(cursors.decode(text), uuid.UUID)


def test_no_cursor_is_the_beginning() -> None:
    assert cursors.decode(None) is None
