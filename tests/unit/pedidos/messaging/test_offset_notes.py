"""What is committed with an offset is read back; what others commit there means nothing."""

import pytest
from kafka.structs import OffsetAndMetadata

from pedidos.domain.dead_letter_limit import NOTHING_SPENT, Spent
from pedidos.messaging.offset_notes import MAX_REASON, note, read_note, stops


def committed(metadata: str | None) -> OffsetAndMetadata:
    return OffsetAndMetadata(7, metadata, -1)


@pytest.mark.parametrize("spent", [NOTHING_SPENT, Spent(12.5), Spent(100.0, 'stopped at "ç"')])
def test_a_note_is_read_back(spent: Spent) -> None:
    assert read_note(committed(note(spent))) == spent


def test_nothing_spent_needs_no_note() -> None:
    assert note(NOTHING_SPENT) == ""


@pytest.mark.parametrize("metadata", [None, "", "null", "[]", "a note of somebody else", '{"dead_letters": "many"}'])
def test_a_foreign_note_means_nothing(metadata: str | None) -> None:
    assert read_note(committed(metadata)) == NOTHING_SPENT


def test_a_long_reason_fits_into_what_brokers_allow() -> None:
    kept = note(Spent(100.0, "ç" * 10_000))
    assert len(kept.encode()) < 4096
    assert read_note(committed(kept)).stopped == "ç" * MAX_REASON


def test_stops_are_listed() -> None:
    assert stops([committed(""), committed(note(Spent(1.0))), committed(note(Spent(9.0, "why")))]) == ["why"]
