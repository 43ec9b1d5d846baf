"""What every page with an experiment shows and sends: what is broken, the experiment of its card, and their changes."""

from collections.abc import Mapping

from flask import Response, jsonify, render_template, request
from flask_babel import gettext

from pedidos_classroom.control import Board
from pedidos_classroom.experiments import names
from pedidos_classroom.experiments.card import Card
from pedidos_classroom.experiments.catalogue import CARDS
from pedidos_classroom.experiments.run_view import RunView, view_of
from pedidos_classroom.lessons.catalogue import LESSONS
from pedidos_classroom.web import board_view, guard


def current() -> tuple[Board, RunView | None]:
    """What is broken, and the last experiment."""
    control = guard.control()
    return control.board(), view_of(control.watch())


def of_card(card: Card, run: RunView | None) -> RunView | None:
    """The experiment of this card; None if it has to be predicted (again)."""
    if run is None or run.card is not card or ("again" in request.args and not run.goes_on):
        return None
    return run


def address_of(card: Card) -> str:
    """The page of a card."""
    if card.name in CARDS:
        return f"/break?card={card.name}"
    lesson = next(lesson for lesson in LESSONS.values() if card in lesson.cards)
    return f"/lessons/{lesson.number}" + ("" if card is lesson.card else f"?card={card.name}")


def context(card: Card, board: Board, run: RunView | None) -> dict[str, object]:
    """The values of the templates: of a page, and of its parts that change."""
    address = address_of(card)
    return {
        "card": card,
        "run": of_card(card, run),
        "other": run if run is not None and run.goes_on and run.card is not card else None,
        "address_of": address_of,
        "address": address,
        "again": f"{address}{'&' if '?' in address else '?'}again=1",
        "heading": board_view.heading(board),
        "lines": board_view.lines_of(board),
        "step_names": _in_their_language(names.STEPS),
        "act_names": _in_their_language(names.ACTS),
        "invariants": _in_their_language(names.VERDICTS),
        "how": _in_their_language(names.HOW),
        "figure_names": _in_their_language(names.FIGURES),
        "finding_names": _in_their_language(names.FINDINGS),
        "cents": names.CENTS,
    }


def _in_their_language(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: gettext(text) for name, text in texts.items()}


def changes(card: Card, template: str, **values: object) -> Response:
    """The parts of a page that change, and the figures after those that it has (`after`). template: of its experiment.
    Asked once a second by an open page: that also keeps the experiment, and the faults of this account."""
    guard.control().renew()
    board, run = current()
    shown = of_card(card, run)
    known = context(card, board, run) | values
    return jsonify(
        board=render_template("classroom/board.html", **known),
        run=None if shown is None else render_template(template, **known),
        rates=[] if shown is None else shown.rates[max(0, request.args.get("after", 0, type=int)) :],
        broken=[] if shown is None else shown.broken,
        goes_on=run is not None and run.goes_on,
    )
