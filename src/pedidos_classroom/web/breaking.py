"""Causes and undoes single faults, for every page that has a button for it, and shows what is broken."""

from collections.abc import Callable
from dataclasses import asdict
from functools import wraps
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, render_template, request

from pedidos.domain.access import Role
from pedidos.domain.audit import Action, Entry, Outcome
from pedidos.http import problems
from pedidos.http.acting import who
from pedidos.http.roles import allow
from pedidos.processes.web.addresses import redirect_within
from pedidos.processes.web.services import services
from pedidos.sentence import Sentence
from pedidos.storage.audit_log.writing import record
from pedidos_classroom.control import Act, NotPossible, Unreachable
from pedidos_classroom.web import guard

DEFAULT_SECONDS = 20.0
_SETTABLE = {"latency_ms": float, "error_rate": float, "nonsense_rate": float}

pages = Blueprint("breaking", __name__, url_prefix="/break")
pages.before_request(guard.refuse_others)


def explained(view: Callable[..., Any]) -> Callable[..., Any]:
    """The view, with the supervisor's refusal as an answer: JSON for a script, otherwise a page."""

    @wraps(view)
    def explaining(*args: Any, **values: Any) -> Any:
        try:
            return view(*args, **values)
        except NotPossible as refusal:
            return _refused(409, str(refusal))
        except Unreachable as silence:
            return _refused(503, f"The supervisor does not answer: {silence}")

    return explaining


def _refused(status: int, reason: str) -> Response:
    if _wants_json():
        answer = jsonify({"error": reason})
        answer.status_code = status
        return answer
    return make_response(render_template("classroom/refused.html", reason=reason), status)


@pages.get("/board.json")
@allow(Role.OPERATOR)
@explained
def board() -> Response:
    """What is broken, and how every program is. An open page asks every second, which renews this account's faults."""
    control = guard.control()
    control.renew()
    return jsonify(asdict(control.board()))


@pages.post("/faults")
@allow(Role.OPERATOR)
@explained
def cause() -> Response:
    """Causes a fault. Fields: act, target, seconds, for SCALE count, for GATEWAY its faults; next: the page to return
    to."""
    act, target, seconds, detail = _wish()
    note(Action.FAULT_CAUSED, target, {"act": act, "seconds": seconds, **detail})
    try:
        number = guard.control().cause(act, target, seconds, detail)
    except (NotPossible, Unreachable) as refusal:
        note(Action.FAULT_CAUSED, target, {"act": act, "reason": str(refusal)}, Outcome.REFUSED)
        raise
    return _done({"number": number})


@pages.post("/undo")
@allow(Role.OPERATOR)
@explained
def undo() -> Response:
    """Ends a fault. Fields: number, or none for all; next: the page to return to."""
    number = request.form.get("number", type=int)
    control = guard.control()
    note(Action.FAULT_UNDONE, "all" if number is None else str(number), {})
    ended = control.undo_all() if number is None else int(control.undo(number))
    return _done({"ended": ended})


def _wish() -> tuple[Act, str, float, dict[str, object]]:
    """What the form asks for. Raises BadRequest for what cannot be read; the supervisor checks the rest."""
    try:
        act = Act(request.form.get("act", ""))
        seconds = float(request.form.get("seconds", DEFAULT_SECONDS))
        detail: dict[str, object] = {}
        if act is Act.SCALE:
            detail["count"] = int(request.form.get("count", ""))
        if act is Act.GATEWAY:
            detail |= {name: read(request.form[name]) for name, read in _SETTABLE.items() if name in request.form}
            detail |= {"down": True} if request.form.get("down") == "true" else {}
    except ValueError:
        raise problems.BadRequest(Sentence("act, seconds, count or a fault of the gateway cannot be read.")) from None
    return act, request.form.get("target", ""), seconds, detail


def note(action: Action, subject: str, detail: dict[str, object], outcome: Outcome = Outcome.DONE) -> None:
    """Writes the audit log before anything is done: what cannot be noted is not done."""
    record(services().engine, Entry(action, who(), subject, outcome, detail))


def _done(answer: dict[str, object]) -> Response:
    """JSON for a script; for a form, the page that it names."""
    if _wants_json():
        return jsonify(answer)
    return redirect_within(request.form.get("next", "/break"))


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"
