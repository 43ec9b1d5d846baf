"""One lesson with a person at the terminal: the prediction comes first, then the experiment, then what it means."""

from typing import TYPE_CHECKING

import typer
from rich.console import Console

from pedidos.cli.language import phrase
from pedidos_classroom.cli.classroom import note, refusal
from pedidos_classroom.cli.conducting import Left, Run, carried_out
from pedidos_classroom.cli.language import Language
from pedidos_classroom.cli.lesson_text import LessonText
from pedidos_classroom.cli.progress import Progress
from pedidos_classroom.cli.verdict import VerdictText
from pedidos_classroom.control import Control, NotPossible, Unreachable
from pedidos_classroom.experiments.card import Card, Choice
from pedidos_classroom.experiments.run_view import RunView, view_of
from pedidos_classroom.lessons.export import shown

if TYPE_CHECKING:
    from pedidos_classroom.lessons.lesson import Lesson

CTRL_C_STATUS = 130


class Guided:
    """asks: whether there is someone to ask."""

    def __init__(self, console: Console, language: Language, control: Control, *, asks: bool) -> None:
        self._console = console
        self._language = language
        self._control = control
        self._asks = asks
        self._texts = LessonText(console, language)

    def go(self, lesson: "Lesson", card: Card, choice: Choice | None) -> tuple[Run, RunView]:
        """Goes through all of it. choice: the prediction, if it was made already."""
        self._texts.before(lesson, card)
        self._texts.question(card)
        choice = choice or self._predicted(card)
        self._print(self._language.gettext("You predicted: %(choice)s.", choice=self._language.of(choice.text)))
        run, view = self._carried_out(card, choice)
        VerdictText(self._console, self._language).show(view)
        rows = shown(lesson, view)
        if rows:
            self._texts.shown(rows)
            self._texts.explained(lesson)
            self._wait(phrase("Press Enter for an answer and the code"))
            self._texts.answered(lesson)
        return run, view

    def _predicted(self, card: Card) -> Choice:
        """Asks until the answer is one of the choices."""
        while True:
            said = typer.prompt(phrase("Your prediction, before anything is shown"), err=self._console.stderr).strip()
            by_number = {str(number): choice for number, choice in enumerate(card.choices, 1)}
            choice = by_number.get(said) or card.choice(said)
            if choice is not None:
                return choice
            self._print(phrase("Choose a number from 1 to {most}.", most=len(card.choices)))

    def _carried_out(self, card: Card, choice: Choice) -> tuple[Run, RunView]:
        self._print("")
        self._print(phrase("Ctrl-C stops it and undoes everything."), style="dim")
        note(card, choice)
        try:
            with Progress(self._console, self._language) as progress:
                run = carried_out(self._control, card, choice, progress.tell, lambda: self._print(phrase("Undoing …")))
        except Left as left:
            note(card)
            done = phrase("Everything is undone.") if left.undone else phrase("It undoes itself within half a minute.")
            raise refusal(done, CTRL_C_STATUS) from None
        except NotPossible as reason:
            raise refusal(phrase("The experiment was not carried out: {reason}", reason=reason)) from None
        except Unreachable as silence:
            raise refusal(phrase("The supervisor does not answer: {reason}", reason=silence)) from None
        view = view_of(run)
        if view is None:
            raise LookupError(f"The supervisor ran {run['name']}, which this version does not know.")
        return run, view

    def _wait(self, words: str) -> None:
        if self._asks:
            self._print("")
            typer.prompt(words, default="", show_default=False, err=self._console.stderr)

    def _print(self, text: str, style: str | None = None) -> None:
        self._console.print(text, style=style, markup=False, soft_wrap=True)
