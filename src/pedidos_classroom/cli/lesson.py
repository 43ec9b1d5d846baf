"""lesson: one of the eleven lessons in a terminal, on the platform that runs here."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pedidos.cli.language import phrase

if TYPE_CHECKING:
    from pedidos_classroom.experiments.card import Card, Choice
    from pedidos_classroom.experiments.run_view import RunView
    from pedidos_classroom.lessons.lesson import Lesson

WRONG_USE = 2


def register(app: typer.Typer) -> None:
    """Adds the command of this module."""
    app.command()(lesson)


def lesson(
    number: Annotated[int | None, typer.Argument(help="Without a number, all are listed.", show_default=False)] = None,
    predict: Annotated[
        str | None, typer.Option(help="Your prediction, for scripts; otherwise you are asked for it.")
    ] = None,
    experiment: Annotated[
        str | None, typer.Option(help="Another experiment of the lesson, such as the same without a safeguard.")
    ] = None,
    export: Annotated[
        Path | None, typer.Option(help="Save prediction and figures in this file, as the page does.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs: print that file; texts go to stderr.")] = False,
    teacher: Annotated[
        bool, typer.Option("--teacher", help="Print the sheet for the teacher, and run nothing.")
    ] = False,
) -> None:
    """Go through a lesson: predict, run it on the platform that runs here, see, explain. Ctrl-C undoes it.

    Exit status 1 if it did not show what it must.
    """
    from rich.console import Console

    from pedidos_classroom.cli.classroom import control_of
    from pedidos_classroom.cli.guided import Guided
    from pedidos_classroom.cli.language import Language
    from pedidos_classroom.cli.lesson_text import LessonText
    from pedidos_classroom.lessons.catalogue import LESSONS
    from pedidos_classroom.lessons.export import exported

    language = Language.of_terminal()
    console = Console(highlight=False, stderr=as_json)
    if number is None:
        LessonText(console, language).listed(sorted(LESSONS.values(), key=lambda each: each.number))
        return
    chosen = LESSONS.get(number)
    if chosen is None:
        raise _wrong(phrase("There is no lesson {number}. `pedidos lesson` lists them.", number=number))
    if teacher:
        LessonText(console, language).sheet(chosen)
        return
    card = _card(chosen, experiment)
    if card is not chosen.card and (export is not None or as_json):
        raise _wrong(phrase("Only the lesson's own experiment is saved: leave out --experiment."))
    choice = _choice(card, predict)
    guided = Guided(console, language, control_of(), asks=predict is None and not as_json)
    run, view = guided.go(chosen, card, choice)
    if export is not None or as_json:
        text = json.dumps(exported(chosen, run, view), ensure_ascii=False, indent=2)
        if export is not None:
            export.write_text(text + "\n", "utf-8")
            console.print(phrase("Saved: {file}", file=export), markup=False)
        if as_json:
            typer.echo(text)
    if not _showed(chosen, card, view):
        raise typer.Exit(1)


def _card(lesson: "Lesson", name: str | None) -> "Card":
    if name is None:
        return lesson.card
    found = next((card for card in lesson.cards if card.name == name), None)
    if found is None:
        names = ", ".join(card.name for card in lesson.cards)
        raise _wrong(phrase("This lesson has no such experiment. It has: {names}.", names=names))
    return found


def _choice(card: "Card", name: str | None) -> "Choice | None":
    """The prediction. None if it has to be asked for."""
    names = ", ".join(choice.name for choice in card.choices)
    if name is None:
        if not sys.stdin.isatty():
            raise _wrong(phrase("A prediction comes first: --predict with one of {names}.", names=names))
        return None
    found = card.choice(name)
    if found is None:
        raise _wrong(phrase("There is no such prediction. Choose one of {names}.", names=names))
    return found


def _showed(lesson: "Lesson", card: "Card", view: "RunView") -> bool:
    """Whether the experiment has shown what it is for: without a safeguard, that something breaks."""
    from pedidos_classroom.lessons.export import shown

    if card is not lesson.card:
        return view.verdicts is not None and not view.holds
    rows = shown(lesson, view)
    return bool(rows) and all(each.holds for each in rows)


def _wrong(text: str) -> typer.Exit:
    typer.echo(text, err=True)
    return typer.Exit(WRONG_USE)
