"""The one place where an exception becomes a problem, and a problem the parts of an answer."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial

import orjson
import structlog

from pedidos.errors import ConnectionsExhausted, ConstraintViolated, DatabaseUnavailable, Held, first_line
from pedidos.http import problems
from pedidos.http.context import RequestContext
from pedidos.http.problems import Problem
from pedidos.storage.once import OutcomeUnknown

CONTENT_TYPE = "application/problem+json"

# What a framework raises on its own. Any other 4xx of it is a request that it could not read.
_OF_STATUS: Mapping[int, type[Problem]] = {
    404: problems.NotFound,
    405: problems.MethodNotAllowed,
    413: problems.BodyTooLarge,
    415: problems.UnsupportedMediaType,
    429: problems.TooManyRequests,
}

log = structlog.get_logger("pedidos.http")


def problem_of(error: Exception, context: RequestContext) -> Problem:
    """The problem that the exception means to the client. What is to be logged of it is logged after the answer."""
    if isinstance(error, Problem):
        return error
    problem, write = _understood(error)
    context.after_answer.append(partial(write, request_id=context.request_id))
    return problem


def of_status(status: int, headers: Mapping[str, str]) -> Problem:
    """The problem that a refusal of the framework (a status from 400 to 499) means."""
    return _OF_STATUS.get(status, problems.BadRequest)(headers=headers)


def rendered(problem: Problem, context: RequestContext) -> tuple[int, Iterable[tuple[str, str]], bytes]:
    """Status, headers and body of the answer; its content type is CONTENT_TYPE."""
    headers = [*problem.headers.items(), *problem.extra_headers.items()]
    return problem.status, headers, orjson.dumps(problem.document(context.request_id))


def _understood(error: Exception) -> tuple[Problem, Callable[..., object]]:
    match error:
        case ConnectionsExhausted():
            return problems.Busy(), partial(log.warning, "all connections at work")
        case DatabaseUnavailable():
            # The driver's message may hold the statement's values: only its kind is logged.
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
