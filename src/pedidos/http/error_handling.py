"""Turns an exception into a problem, and a problem into the parts of a response. No other module does that."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial

import orjson
import structlog

from pedidos.errors import ConnectionsExhausted, ConstraintViolated, DatabaseUnavailable, Held, first_line
from pedidos.http import problems
from pedidos.http.context import RequestContext
from pedidos.http.languages import headers_of, translate_to
from pedidos.http.problems import Problem
from pedidos.storage.once import OutcomeUnknown

CONTENT_TYPE = "application/problem+json"

# The errors that a framework raises itself. Any other 4xx means that it could not read the request.
_OF_STATUS: Mapping[int, type[Problem]] = {
    404: problems.NotFound,
    405: problems.MethodNotAllowed,
    413: problems.BodyTooLarge,
    415: problems.UnsupportedMediaType,
    429: problems.TooManyRequests,
}

log = structlog.get_logger("pedidos.http")


def problem_of(error: Exception, context: RequestContext) -> Problem:
    """The problem for an exception. If it has to be logged, that happens after the response."""
    if isinstance(error, Problem):
        return error
    problem, write = _understood(error)
    context.after_answer.append(partial(write, request_id=context.request_id))
    return problem


def of_status(status: int, headers: Mapping[str, str]) -> Problem:
    """The problem for an error of the framework with a status from 400 to 499."""
    return _OF_STATUS.get(status, problems.BadRequest)(headers=headers)


def rendered(problem: Problem, context: RequestContext, locale: str) -> tuple[int, Iterable[tuple[str, str]], bytes]:
    """The status, the headers and the body of the response. Its content type is CONTENT_TYPE. locale: that of its
    texts."""
    headers = [*problem.headers.items(), *problem.extra_headers.items(), *headers_of(locale).items()]
    return problem.status, headers, orjson.dumps(problem.document(context.request_id, translate_to(locale)))


def _understood(error: Exception) -> tuple[Problem, Callable[..., object]]:
    match error:
        case ConnectionsExhausted():
            return problems.Busy(), partial(log.warning, "all connections in use")
        case DatabaseUnavailable():
            # The driver's message may contain values of the statement, so only the class is logged.
            return problems.Unavailable(), partial(log.warning, "database unavailable", error=_kind(error))
        case Held():
            return problems.Held(), partial(log.warning, "held", reason=first_line(error))
        case ConstraintViolated():
            return problems.Conflict(), partial(log.warning, "constraint violated", reason=first_line(error))
        case OutcomeUnknown():
            return problems.OutcomeUnknown(problems.OutcomeUnknown.about), partial(log.warning, "outcome unknown")
    return problems.InternalError(), partial(log.error, "unhandled exception", exc_info=error)


def _kind(error: Exception) -> str:
    return type(error.__cause__ or error).__name__
