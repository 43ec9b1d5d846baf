"""The lessons: complete in both languages, with code that exists, and a result that can also show nothing."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from pedidos_classroom.lessons.catalogue import LESSONS
from pedidos_classroom.lessons.lesson import Lesson
from pedidos_classroom.lessons.source_code import excerpt
from pedidos_classroom.words import Both

EVERY = pytest.mark.parametrize("lesson", LESSONS.values(), ids=lambda lesson: f"{lesson.number}")

INVARIANTS = (
    "nothing lost",
    "nothing invented",
    "money",
    "stock",
    "history",
    "nothing stuck",
    "still serving",
    "recovered in time",
)


def texts(part: Any) -> Iterator[Both]:
    """Every text in it."""
    if isinstance(part, Both):
        yield part
    elif isinstance(part, tuple):
        for each in part:
            yield from texts(each)
    elif is_dataclass(part):
        for each in fields(part):
            yield from texts(getattr(part, each.name))


def result(*, holds: bool, **figures: object) -> dict[str, Any]:
    return {"verdicts": [{"invariant": name, "holds": holds} for name in INVARIANTS], **figures}


@EVERY
def test_it_has_both_languages(lesson: Lesson) -> None:
    found = list(texts(lesson))
    assert len(found) > 20
    for text in found:
        assert text.en
        assert text.pt
        assert text.en != text.pt or text.en.isdigit() or text.en in SAME


SAME = ("{dead_letters} dead letters.",)
"""Texts that are the same in both languages."""


@EVERY
def test_it_is_short_enough_to_be_read(lesson: Lesson) -> None:
    assert 3 <= len(lesson.idea) <= 10
    assert lesson.sheet.minutes == 50
    assert len(lesson.sheet.wrong) >= 2


@EVERY
def test_its_code_exists(lesson: Lesson) -> None:
    assert lesson.code
    for each in lesson.code:
        assert each.symbol in excerpt(each.path, each.symbol).text.splitlines()[0]


def test_code_that_is_gone_is_noticed() -> None:
    with pytest.raises(LookupError, match=r"charge\.py has no Nothing"):
        excerpt("src/pedidos/steps/charge.py", "Nothing")


def test_lesson_7_is_shown_by_interrupted_charges_that_end_once() -> None:
    shows = LESSONS[7].shows
    assert all(each.holds for each in shows(result(holds=True, asked_again=4, seconds=31.5, within=75.0)))
    quick = shows(result(holds=True, asked_again=0, seconds=1.0, within=75.0))
    assert [each.holds for each in quick] == [False, True, True, True]
    stuck = shows(result(holds=False, asked_again=4, seconds=None, within=75.0))
    assert [each.holds for each in stuck] == [True, False, False, False]
    assert "no end" in stuck[-1].evidence.en
