"""The experiments of the lessons without their pages: each shows what it must, and each weak design is noticed."""

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from pedidos_classroom.experiments.card import Card
from pedidos_classroom.lessons.catalogue import LESSONS
from pedidos_classroom.lessons.lesson import Lesson
from tests.support.platform import Platform

EXPERIMENT_SECONDS = 900

WEAK = [card for lesson in LESSONS.values() for card in lesson.further]


def result(platform: Platform, card: Card) -> Mapping[str, Any]:
    """The last line that the experiment tells."""
    done = subprocess.run(
        [sys.executable, "-m", "pedidos_classroom.experiments", card.name],
        env=platform.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=EXPERIMENT_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    found: Mapping[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=lambda lesson: f"lesson-{lesson.number}")
def test_it_shows_what_it_teaches(platform: Platform, lesson: Lesson) -> None:
    shown = lesson.shows(result(platform, lesson.card))
    assert [each.evidence.en for each in shown if not each.holds] == []


@pytest.mark.parametrize("card", WEAK, ids=lambda card: card.name)
def test_without_the_safeguard_something_breaks(platform: Platform, card: Card) -> None:
    verdicts = result(platform, card)["verdicts"]
    assert verdicts
    assert not any(verdict["holds"] for verdict in verdicts)
