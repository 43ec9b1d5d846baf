"""What an operator asks of dead letters: a dry run, a replay or a discard of many. The scheduler does it.

The job's id follows from the form, so a form that is sent twice asks once.
"""

from typing import cast
from urllib.parse import parse_qsl
from uuid import UUID, uuid4, uuid5

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _

from pedidos.domain.access import Role
from pedidos.http import problems
from pedidos.http.acting import who
from pedidos.http.roles import allow
from pedidos.processes.web.addresses import redirect_within
from pedidos.processes.web.operator.dead_letters import listing
from pedidos.processes.web.operator.dead_letters.filters import Shown
from pedidos.processes.web.operator.dead_letters.notes import translated
from pedidos.processes.web.services import services
from pedidos.storage.dead_letters import jobs
from pedidos.storage.dead_letters.jobs import Chosen, EarlierJob, Job, JobDeed, NewJob

ADDRESS = "/operator/dead-letters/jobs"
MOST_REASON = 500
"""Characters of the reason of a discard."""
MOST_ITEMS = 100
MOST_NOTES = 20
MOST_TICKED = 200

pages = Blueprint("dead_letter_jobs", __name__, url_prefix=ADDRESS)


class _NothingAsked(Exception):
    """The form is complete, but nothing can be done with it. The message says what to change."""


@pages.post("")
@allow(Role.OPERATOR)
def ask() -> Response:
    """Stores what is asked, and shows how it goes on."""
    form = request.form
    shown = Shown.of(form)
    deed = form.get("deed", "")
    if deed not in ("preview", "replay", "discard"):
        raise problems.BadRequest
    try:
        reason = _reason(form.get("reason", "")) if deed == "discard" else None
        chosen = _chosen(shown)
    except _NothingAsked as problem:
        return make_response(listing.page(shown, str(problem)), 400)
    # All of the form: the same form asks for one job, and another button of the same page for another.
    said = repr(sorted((name, form.getlist(name)) for name in form))
    job = NewJob(uuid5(_key(form.get("key", "")), said), cast(JobDeed, deed), who(), reason, shown.query)
    jobs.add(services().engine, job, chosen)
    return redirect_within(f"{ADDRESS}/{job.id}")


@pages.get("/<uuid:job_id>")
@allow(Role.OPERATOR)
def job(job_id: UUID) -> str:
    """How far a job is, and what became of each letter."""
    return _page("operator/dead_letters/job.html", job_id)


@pages.get("/<uuid:job_id>/now")
@allow(Role.OPERATOR)
def now(job_id: UUID) -> str:
    """The part of its page that changes."""
    return _page("operator/dead_letters/job_now.html", job_id)


@pages.post("/<uuid:job_id>/stop")
@allow(Role.OPERATOR)
def stop(job_id: UUID) -> Response:
    """Begins no further letter. One that has ended stays as it is."""
    jobs.stop(services().engine, job_id, who())
    return redirect_within(f"{ADDRESS}/{job_id}")


def _page(template: str, job_id: UUID) -> str:
    engine = services().engine
    found: Job | None = jobs.get(engine, job_id)
    if found is None:
        raise problems.NotFound
    return render_template(
        template,
        job=found,
        notes=[(done, translated(note), count) for done, note, count in jobs.notes(engine, job_id, MOST_NOTES)],
        items=[(item, translated(item.note or "")) for item in jobs.items(engine, job_id, MOST_ITEMS)],
        most_letters=jobs.MOST,
        shown=Shown.of(dict(parse_qsl(found.shown))),
        key=uuid4(),
    )


def _chosen(shown: Shown) -> Chosen:
    """Which letters the form means. Raises _NothingAsked, BadRequest."""
    match request.form.get("scope"):
        case "matching":
            return shown._replace(status="open").filter()
        case "these":
            ticked = request.form.getlist("letter")
            if not ticked:
                raise _NothingAsked(_("No letter was ticked. Tick some, or choose all that match."))
            if len(ticked) > MOST_TICKED:
                raise problems.BadRequest
            return [_key(each) for each in ticked]
        case "possible" | "earlier" as scope:
            return EarlierJob(_key(request.form.get("earlier", "")), scope == "possible")
        case _:
            raise problems.BadRequest


def _reason(given: str) -> str:
    reason = given.strip()
    if not reason:
        raise _NothingAsked(_("Say why you give them up: the reason stays in their trail."))
    if len(reason) > MOST_REASON:
        raise _NothingAsked(
            _("The reason has %(length)d characters. Shorten it to %(most)d.", length=len(reason), most=MOST_REASON)
        )
    return reason


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise problems.BadRequest from None
