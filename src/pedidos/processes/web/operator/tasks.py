"""What Celery does now: the queues, who takes from them, and what each child of a worker runs."""

from datetime import UTC, datetime

from flask import Blueprint, Response, render_template

from pedidos.domain.access import Role
from pedidos.http.roles import allow
from pedidos.processes.web.feeds.feed import Feed, next_second
from pedidos.processes.web.services import services

MOST_FINISHED = 20

pages = Blueprint("tasks", __name__, url_prefix="/operator/tasks")


@pages.get("")
@allow(Role.OPERATOR)
def tasks() -> str:
    """The page, which works without the task broker too."""
    return _page("operator/tasks/tasks.html")


@pages.get("/now")
@allow(Role.OPERATOR)
def now() -> str:
    """The part of it that changes, for a page that has no stream."""
    return _now()


@pages.get("/stream")
@allow(Role.OPERATOR)
def stream() -> Response:
    """The part of it that changes, each second as long as somebody looks."""
    return _feed.stream()


def _now() -> str:
    return _page("operator/tasks/tasks_now.html")


def _page(template: str) -> str:
    desk = services().tasks
    board = desk.board()
    finished = [(worker.name, task) for worker in board.workers for task in worker.finished]
    finished.sort(key=lambda each: each[1].finished or datetime.min.replace(tzinfo=UTC), reverse=True)
    return render_template(
        template, known=desk.known, board=board, finished=finished[:MOST_FINISHED], at=datetime.now(UTC)
    )


_feed = Feed(next_second, lambda: {"tasks-now": _now()})
