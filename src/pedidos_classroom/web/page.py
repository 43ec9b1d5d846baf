"""The page on which things are broken on purpose: predict, run, see, and what the ledger says."""

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import get_locale

from pedidos.domain.access import Role
from pedidos.domain.audit import Action
from pedidos.http import problems
from pedidos.http.roles import allow
from pedidos.processes.web.addresses import redirect_within
from pedidos.sentence import Sentence
from pedidos_classroom.control import Board
from pedidos_classroom.experiments.card import Card
from pedidos_classroom.experiments.catalogue import CARDS, EXPERIMENTS
from pedidos_classroom.experiments.run_view import RunView
from pedidos_classroom.web import guard, watching
from pedidos_classroom.web.breaking import explained, note
from pedidos_classroom.words import Both

pages = Blueprint("break_page", __name__, url_prefix="/break")
pages.before_request(guard.refuse_others)


@pages.app_template_filter("said")
def said(text: Both) -> str:
    """The text in the language of the page."""
    return text.of(str(get_locale()))


@pages.get("")
@allow(Role.OPERATOR)
@explained
def show() -> str:
    """The cards, and the chosen one. `card`: its name; without it, the one of the last experiment."""
    board, run = watching.current()
    last = run.card.name if run is not None and run.card.name in CARDS else next(iter(CARDS))
    return _page(_card(request.args.get("card", last), CARDS), board, run)


@pages.get("/now.json")
@allow(Role.OPERATOR)
@explained
def now() -> Response:
    """The parts of the page that change."""
    return watching.changes(_card(request.args.get("card", ""), CARDS), "classroom/run.html")


@pages.post("/experiments")
@allow(Role.OPERATOR)
@explained
def start() -> Response:
    """Starts an experiment. Fields: card, prediction. The prediction is noted before anything is shown."""
    card = _card(request.form.get("card", ""), EXPERIMENTS)
    choice = card.choice(request.form.get("prediction", ""))
    if choice is None and card.name in CARDS:
        return make_response(_page(card, *watching.current(), missing=True), 422)
    if choice is None:
        raise problems.BadRequest(Sentence("A prediction comes first."))
    note(Action.FAULT_CAUSED, card.owner, {"prediction": choice.name})
    guard.control().start(card.name, choice.name)
    return redirect_within(watching.address_of(card))


@pages.post("/experiments/end")
@allow(Role.OPERATOR)
@explained
def end() -> Response:
    """Ends the experiment that goes on, and undoes what it broke."""
    note(Action.FAULT_UNDONE, "experiment", {})
    guard.control().end()
    return redirect_within(request.form.get("next", "/break"))


def _page(card: Card, board: Board, run: RunView | None, *, missing: bool = False) -> str:
    """missing: whether a prediction has to be made first."""
    return render_template(
        "classroom/break.html",
        here_cards=[each for each in CARDS.values() if each.step is not None],
        own_cards=[each for each in CARDS.values() if each.step is None],
        missing=missing,
        **watching.context(card, board, run),
    )


def _card(name: str, cards: dict[str, Card]) -> Card:
    card = cards.get(name)
    if card is None:
        raise problems.NotFound
    return card
