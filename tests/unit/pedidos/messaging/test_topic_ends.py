"""The events that the end of a topic shows."""

from types import SimpleNamespace
from uuid import UUID

import pytest

from pedidos.domain.cursor import Cursor
from pedidos.domain.lineage import Heard
from pedidos.messaging.codec import InvalidRecord
from pedidos.messaging.topic_ends import heard

ORDER = UUID("01900000-0000-7000-8000-000000000001")
HEADERS = {
    "position": b"0/42",
    "cursor": b"700-3",
    "ce_id": f"{ORDER}/2".encode(),
    "log": b"0123456789abcdef",
}


def record(key: bytes | None = str(ORDER).encode(), **changed: bytes | None) -> SimpleNamespace:
    """One of ours, with some headers changed or (None) left out."""
    headers = [(name, value) for name, value in (HEADERS | changed).items() if value is not None]
    return SimpleNamespace(key=key, headers=headers)


def accept(_: object) -> None:
    """The signature is ours."""


def refuse(_: object) -> None:
    raise InvalidRecord("The record is not signed.")


def test_an_event_of_ours() -> None:
    assert heard(record(), accept) == Heard("0123456789abcdef", 42, Cursor(700, 3), ORDER, 2)
    assert heard(record(log=None), accept) == Heard("", 42, Cursor(700, 3), ORDER, 2)
    assert heard(record(position=b"3/42"), accept) == Heard("0123456789abcdef", 42, Cursor(700, 3), ORDER, 2, shard=3)


@pytest.mark.parametrize(
    "foreign",
    [
        record(position=None),
        record(key=b"another"),
        record(log=b"not an id"),
    ],
)
def test_what_is_not_an_event_of_ours(foreign: SimpleNamespace) -> None:
    assert heard(foreign, accept) is None


def test_an_event_that_somebody_else_wrote() -> None:
    assert heard(record(), refuse) is None
