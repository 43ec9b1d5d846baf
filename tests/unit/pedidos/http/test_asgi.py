"""Every answer of an ASGI app has the request's id and the security headers; every exception becomes a problem."""

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from pedidos.errors import DatabaseUnavailable
from pedidos.http import problems
from pedidos.http.asgi import ContextMiddleware, answer_error


async def view(request: Request) -> Response:
    match request.path_params["name"]:
        case "problem":
            raise problems.NotFound
        case "database":
            raise DatabaseUnavailable("gone")
        case "bug":
            raise ZeroDivisionError
    return Response(request.state.context.request_id, headers={"Cache-Control": "private"})


CLIENT = TestClient(
    Starlette(
        routes=[Route("/{name}", view)],
        middleware=[Middleware(ContextMiddleware)],
        exception_handlers={HTTPException: answer_error},
    )
)


def test_an_answer_has_the_requests_id_and_the_security_headers() -> None:
    answer = CLIENT.get("/it", headers={"X-Request-Id": "abcdefgh"})
    assert answer.text == answer.headers["X-Request-Id"] == "abcdefgh"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Cache-Control"] == "private"


def test_each_exception_is_answered_by_its_problem_with_the_headers_of_every_answer() -> None:
    for path, kind in {
        "/problem": problems.NotFound,
        "/not/there": problems.NotFound,
        "/database": problems.Unavailable,
        "/bug": problems.InternalError,
    }.items():
        answer = CLIENT.get(path, headers={"X-Request-Id": "abcdefgh"})
        assert (answer.status_code, answer.json()["type"]) == (kind.status, kind.uri())
        assert answer.json()["request_id"] == answer.headers["X-Request-Id"] == "abcdefgh"
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "GET" in CLIENT.post("/it").headers["Allow"]


def test_a_bug_is_logged_with_its_traceback_and_the_requests_id() -> None:
    with structlog.testing.capture_logs() as logged:
        CLIENT.get("/bug", headers={"X-Request-Id": "abcdefgh"})
    fault, line = logged
    assert isinstance(fault["exc_info"], ZeroDivisionError)
    assert fault["request_id"] == line["request_id"] == "abcdefgh"
    assert (line["path"], line["status"]) == ("/bug", 500)
