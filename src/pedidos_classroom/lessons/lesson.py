"""The form of a lesson."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pedidos_classroom.experiments.card import Card
from pedidos_classroom.words import Both

Result = Mapping[str, Any]
"""The last line of an experiment: verdicts, seconds, within, asked_again."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Something that the lesson must show. holds: whether this run has shown it. evidence: with figures of the run."""

    what: Both
    evidence: Both
    holds: bool


@dataclass(frozen=True, slots=True)
class Code:
    """Lines to read. path: from the root of the checkout. symbol: a function or class in it. why: what to look for."""

    path: str
    symbol: str
    why: Both


@dataclass(frozen=True, slots=True)
class WrongAnswer:
    """What students often say, and what the teacher asks then."""

    says: Both
    ask: Both


@dataclass(frozen=True, slots=True)
class Sheet:
    """For the teacher. grading: what a sufficient, a good and a very good answer contains."""

    aim: Both
    minutes: int
    set_up: Both
    wrong: tuple[WrongAnswer, ...]
    grading: tuple[Both, Both, Both]


@dataclass(frozen=True, slots=True)
class Lesson:
    """idea: at most ten sentences. card: its experiment, with the prediction to make. shows: what its result has shown.
    explain: what happened, after it was seen. question, answer: for the discussion afterwards. further: more
    experiments, such as the same without a safeguard."""

    number: int
    title: Both
    idea: tuple[Both, ...]
    card: Card
    shows: Callable[[Result], list[Shown]]
    explain: tuple[Both, ...]
    question: Both
    answer: Both
    code: tuple[Code, ...]
    sheet: Sheet
    further: tuple[Card, ...] = ()

    @property
    def cards(self) -> tuple[Card, ...]:
        """All its experiments, the main one first."""
        return (self.card, *self.further)
