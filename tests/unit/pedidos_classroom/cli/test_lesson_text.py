"""A lesson in a terminal has the texts that its page has."""

from io import StringIO

import pytest
from rich.console import Console

from pedidos.texts import ENGLISH, PORTUGUESE
from pedidos_classroom.cli.language import Language
from pedidos_classroom.cli.lesson_text import LessonText
from pedidos_classroom.lessons.catalogue import LESSONS
from pedidos_classroom.lessons.lesson import Lesson, Shown
from pedidos_classroom.words import Both

EVERY = pytest.mark.parametrize("lesson", LESSONS.values(), ids=lambda lesson: f"{lesson.number}")


def printed(locale: str) -> tuple[StringIO, LessonText]:
    out = StringIO()
    return out, LessonText(Console(file=out, width=100), Language(locale))


def flat(text: str) -> str:
    """Without the breaks of lines."""
    return " ".join(text.split())


@pytest.mark.parametrize("locale", [ENGLISH, PORTUGUESE])
@EVERY
def test_all_of_it_is_there(lesson: Lesson, locale: str) -> None:
    out, texts = printed(locale)
    texts.before(lesson, lesson.card)
    texts.question(lesson.card)
    texts.explained(lesson)
    texts.answered(lesson)
    texts.sheet(lesson)
    said = flat(out.getvalue())
    wanted = [*lesson.idea, *lesson.explain, lesson.question, lesson.answer, *lesson.sheet.grading]
    for text in [*wanted, *(choice.text for choice in lesson.card.choices)]:
        assert flat(text.of(locale)) in said
    for code in lesson.code:
        assert code.path in said


def test_the_list_has_all_lessons_and_their_further_experiments() -> None:
    out, texts = printed(PORTUGUESE)
    texts.listed(LESSONS.values())
    for lesson in LESSONS.values():
        assert lesson.title.pt in out.getvalue()
        for card in lesson.further:
            assert f"--experiment {card.name}" in out.getvalue()


def test_what_was_not_shown_is_said() -> None:
    out, texts = printed(ENGLISH)
    evidence = Both("4 of 9", "4 de 9")
    texts.shown([Shown(Both("One", "Um"), evidence, True), Shown(Both("Two", "Dois"), evidence, False)])
    one, two = (line for line in out.getvalue().splitlines() if line.startswith(("✓", "✗")))
    assert one.split() == ["✓", "shown", "One"]
    assert two.split() == ["✗", "not", "shown", "Two"]
