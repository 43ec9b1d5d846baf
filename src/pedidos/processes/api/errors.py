"""The one place where an exception becomes an answer."""

from functools import partial

import orjson
import structlog
from flask import Flask, Response
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from pedidos.errors import ConnectionsExhausted, DatabaseUnavailable, Held, first_line
from pedidos.processes.api import problems
from pedidos.processes.api.problems import Problem
from pedidos.processes.api.request_context import exchange
from pedidos.storage.once import OutcomeUnknown

log = structlog.get_logger("pedidos.api")

# What Flask and Werkzeug raise by themselves. Any other 4xx of theirs is a request that they could not read.
_OF_STATUS: dict[int, type[Problem]] = {
    404: problems.NotFound,
    405: problems.MethodNotAllowed,
    413: problems.BodyTooLarge,
    415: problems.UnsupportedMediaType,
    429: problems.TooManyRequests,
}


def install(app: Flask) -> None:
    """Lets every exception that leaves a view become a problem document."""
    app.register_error_handler(Problem, answer)
    app.register_error_handler(HTTPException, _of_framework)
    app.register_error_handler(DatabaseUnavailable, _unavailable)
    app.register_error_handler(OutcomeUnknown, _outcome_unknown)
    app.register_error_handler(Held, _held)
    app.register_error_handler(ConnectionsExhausted, _exhausted)
    app.register_error_handler(Exception, _fault)


def answer(problem: Problem) -> Response:
    """The problem as a response."""
    response = Response(
        orjson.dumps(problem.document(exchange().request_id)), problem.status, content_type="application/problem+json"
    )
    response.headers.extend(problem.headers)
    response.headers.extend(problem.extra_headers)
    return response


def _of_framework(error: HTTPException) -> Response:
    if isinstance(error.response, Response):
        return error.response
    status = error.code or 500
    if status >= 500:
        return _fault(error)
    if status < 400:
        return error.get_response()  # type: ignore[return-value]  # a redirect
    kind = _OF_STATUS.get(status, problems.BadRequest)
    headers = {}
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return answer(kind(headers=headers))


def _unavailable(error: Exception) -> Response:
    # The message of the driver may hold the statement's values: only its kind is logged.
    current = exchange()
    said = partial(
        log.warning, "database unavailable", error=type(error.__cause__).__name__, request_id=current.request_id
    )
    current.afterwards.append(said)
    return answer(problems.Unavailable())


def _outcome_unknown(_error: Exception) -> Response:
    log.warning("outcome unknown", request_id=exchange().request_id)
    return answer(problems.OutcomeUnknown(problems.OutcomeUnknown.about))


def _exhausted(_error: Exception) -> Response:
    current = exchange()
    current.afterwards.append(partial(log.warning, "all connections at work", request_id=current.request_id))
    return answer(problems.Busy())


def _held(error: Exception) -> Response:
    current = exchange()
    current.afterwards.append(partial(log.warning, "held", reason=first_line(error), request_id=current.request_id))
    return answer(problems.Held())


def _fault(error: Exception) -> Response:
    current = exchange()
    said = partial(log.error, "unhandled exception", exc_info=error, request_id=current.request_id)
    current.afterwards.append(said)
    return answer(problems.InternalError())
