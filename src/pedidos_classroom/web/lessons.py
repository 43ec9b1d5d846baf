"""The lessons: their list, and each as a page beside the running platform."""

from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request

from pedidos.domain.access import Role
from pedidos.http import problems
from pedidos.http.roles import allow
from pedidos_classroom.experiments.card import Card
from pedidos_classroom.experiments.run_view import RunView, view_of
from pedidos_classroom.lessons import source_code
from pedidos_classroom.lessons.catalogue import LESSONS
from pedidos_classroom.lessons.export import exported, file_name, shown
from pedidos_classroom.lessons.lesson import Lesson
from pedidos_classroom.web import guard, watching
from pedidos_classroom.web.breaking import explained

pages = Blueprint("lessons", __name__, url_prefix="/lessons")
pages.before_request(guard.refuse_others)


@pages.get("")
@allow(Role.OPERATOR)
def index() -> str:
    """All lessons."""
    return render_template("classroom/lessons.html", lessons=sorted(LESSONS.values(), key=lambda each: each.number))


@pages.get("/<int:number>")
@allow(Role.OPERATOR)
@explained
def show(number: int) -> str:
    """One lesson. What happened is explained only after it was predicted and seen. `card`: one of its further
    experiments."""
    lesson = _lesson(number)
    card = _card(lesson)
    board, run = watching.current()
    return render_template("classroom/lesson.html", **watching.context(card, board, run), **_values(lesson, run))


@pages.get("/<int:number>/now.json")
@allow(Role.OPERATOR)
@explained
def now(number: int) -> Response:
    """The parts of the page that change."""
    lesson = _lesson(number)
    _, run = watching.current()
    return watching.changes(_card(lesson), "classroom/lesson_run.html", **_values(lesson, run))


@pages.get("/<int:number>/export.json")
@allow(Role.OPERATOR)
@explained
def export(number: int) -> Response:
    """The prediction, the figures and the verdict as a file, to be graded."""
    lesson = _lesson(number)
    run: Any = guard.control().watch()
    view = view_of(run)
    if view is None or view.card is not lesson.card:
        raise problems.NotFound
    answer = jsonify(exported(lesson, run, view))
    answer.headers["Content-Disposition"] = f'attachment; filename="{file_name(lesson)}"'
    return answer


def _lesson(number: int) -> Lesson:
    lesson = LESSONS.get(number)
    if lesson is None:
        raise problems.NotFound
    return lesson


def _card(lesson: Lesson) -> Card:
    """The experiment that the address names; the main one if it names none. Raises NotFound."""
    name = request.args.get("card", lesson.card.name)
    card = next((each for each in lesson.cards if each.name == name), None)
    if card is None:
        raise problems.NotFound
    return card


def _values(lesson: Lesson, run: RunView | None) -> dict[str, object]:
    return {
        "lesson": lesson,
        "shown": shown(lesson, run),
        "code": [(each, source_code.excerpt(each.path, each.symbol)) for each in lesson.code],
    }
