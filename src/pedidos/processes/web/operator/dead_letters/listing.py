"""All dead letters, by their causes, and those that match the filter in the address."""

from uuid import uuid4

from flask import Blueprint, render_template, request

from pedidos.domain.access import Role
from pedidos.domain.audit import Action, Entry
from pedidos.http.acting import who
from pedidos.http.roles import allow
from pedidos.processes.web.operator.dead_letters.filters import PERIODS, SOURCES, STATES, Shown
from pedidos.processes.web.sent_values import row_id
from pedidos.processes.web.services import services
from pedidos.storage.audit_log import writing
from pedidos.storage.dead_letters import causes, jobs, letters
from pedidos.storage.dead_letters.letters import Filter

PAGE = 50
MOST_CAUSES = 30
MOST_JOBS = 5

pages = Blueprint("dead_letters", __name__, url_prefix="/operator/dead-letters")


@pages.get("")
@allow(Role.OPERATOR)
def listing() -> str:
    """The causes of the letters that wait, and a page of the letters that match the filter."""
    writing.record(services().engine, Entry(Action.DEAD_LETTER_LISTED, who()))
    return page(Shown.of(request.args))


def page(shown: Shown, notice: str = "") -> str:
    """The list. notice: why nothing was done."""
    engine = services().engine
    wanted = shown.filter()
    waiting = causes.of_letters(engine, Filter(), MOST_CAUSES)
    matching = causes.of_letters(engine, wanted, MOST_CAUSES) if shown.query else waiting
    found = letters.find(engine, wanted, PAGE + 1, row_id("before"))
    return render_template(
        "operator/dead_letters/list.html",
        shown=shown,
        waiting=sum(cause.letters for cause in waiting),
        causes=matching,
        matching=sum(cause.letters for cause in matching),
        most_read=causes.MOST_READ,
        letters=found[:PAGE],
        more=found[PAGE - 1].id if len(found) > PAGE else None,
        sources=SOURCES,
        states=STATES,
        periods={key: name for key, (_, name) in PERIODS.items()},
        jobs=jobs.newest(engine, MOST_JOBS),
        key=uuid4(),
        notice=notice,
    )
