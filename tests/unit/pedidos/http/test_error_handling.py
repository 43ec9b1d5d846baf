"""Each exception has one problem, and an answer says no more of it than the problem does."""

from collections.abc import Callable, Mapping

import orjson
import pytest
import structlog

from pedidos.errors import ConnectionsExhausted, DatabaseUnavailable, Held
from pedidos.http import problems
from pedidos.http.context import RequestContext
from pedidos.http.error_handling import of_status, problem_of, rendered
from pedidos.sentence import Sentence
from pedidos.storage.once import OutcomeUnknown
from pedidos.texts import ENGLISH, PORTUGUESE

SECRET = "connection to server failed for customer@example.org"  # not a password


@pytest.fixture
def context() -> RequestContext:
    return RequestContext("f3b1c0ffee")


@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        (DatabaseUnavailable(SECRET), problems.Unavailable, "database unavailable"),
        (ConnectionsExhausted(SECRET), problems.Busy, "all connections in use"),
        (Held(SECRET), problems.Held, "held"),
        (OutcomeUnknown(SECRET), problems.OutcomeUnknown, "outcome unknown"),
        (ZeroDivisionError(SECRET), problems.InternalError, "unhandled exception"),
        (OSError(SECRET), problems.InternalError, "unhandled exception"),
    ],
)
def test_an_exception_becomes_its_problem_and_is_logged_after_the_answer(
    context: RequestContext, error: Exception, kind: type[problems.Problem], said: str
) -> None:
    problem = problem_of(error, context)
    assert type(problem) is kind
    assert SECRET not in rendered(problem, context, ENGLISH)[2].decode()
    with structlog.testing.capture_logs() as logged:
        assert logged == []
        context.finish("/v1/orders", route="/v1/orders")
    assert [(line["event"], line["request_id"]) for line in logged] == [(said, "f3b1c0ffee"), ("request", "f3b1c0ffee")]


def test_a_problem_is_answered_as_it_is_and_not_logged_as_a_fault(context: RequestContext) -> None:
    problem = problems.NotFound()
    assert problem_of(problem, context) is problem
    assert context.after_answer == []


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (404, problems.NotFound),
        (405, problems.MethodNotAllowed),
        (413, problems.BodyTooLarge),
        (415, problems.UnsupportedMediaType),
        (429, problems.TooManyRequests),
        (400, problems.BadRequest),
        (431, problems.BadRequest),
    ],
)
def test_a_refusal_of_the_framework_has_a_problem_too(
    context: RequestContext, status: int, kind: Callable[..., problems.Problem]
) -> None:
    headers: Mapping[str, str] = {"Allow": "GET"}
    problem = of_status(status, headers)
    assert type(problem) is kind
    assert ("Allow", "GET") in list(rendered(problem, context, ENGLISH)[1])


def test_the_parts_of_an_answer(context: RequestContext) -> None:
    problem = problems.RequestInFlight(Sentence("Not found"), headers={"Retry-After": "3"}, more=1)
    status, headers, body = rendered(problem, context, PORTUGUESE)
    assert status == 409
    assert dict(headers) == {"Retry-After": "3", "Content-Language": "pt-BR", "Vary": "Accept-Language"}
    assert orjson.loads(body) == {
        "type": "/problems/request-in-flight",
        "title": "A requisição ainda está em andamento",
        "status": 409,
        "detail": "Não encontrado",
        "more": 1,
        "request_id": "f3b1c0ffee",
    }
