"""Every answer has the request's id and the security headers, and is logged once it is closed."""

import threading
import time
from collections.abc import Iterable
from typing import Any

import structlog
from flask import Flask, Response

from pedidos.http.wsgi import AtATime, ContextMiddleware, at_end, current, end

STUCK_SECONDS = 60.0


def app_with(view: Any) -> Flask:
    app = Flask("tests")
    app.add_url_rule("/<name>", view_func=view)
    app.wsgi_app = ContextMiddleware(app.wsgi_app)  # type: ignore[method-assign]
    return app


def test_an_answer_has_the_requests_id_and_the_security_headers() -> None:
    def view(name: str) -> str:
        return f"{name} {current().request_id}"

    answer = app_with(view).test_client().get("/it", headers={"X-Request-Id": "abcdefgh"})
    assert answer.text == "it abcdefgh"
    assert answer.headers["X-Request-Id"] == "abcdefgh"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_view_may_set_a_policy_of_its_own() -> None:
    def view(name: str) -> Response:
        return Response(name, headers={"Content-Security-Policy": "default-src 'self'"})

    answer = app_with(view).test_client().get("/it")
    assert answer.headers.getlist("Content-Security-Policy") == ["default-src 'self'"]


def test_a_request_is_logged_with_its_route_and_not_with_its_address() -> None:
    def view(name: str) -> str:
        return name

    with structlog.testing.capture_logs() as logged:
        app_with(view).test_client().get("/secret").close()
    (line,) = logged
    assert (line["method"], line["route"], line["status"]) == ("GET", "/<name>", 200)
    assert "secret" not in str(line)


def test_a_line_about_an_order_has_its_id() -> None:
    app = Flask("tests")
    app.add_url_rule("/orders/<order_id>", view_func=lambda order_id: order_id)
    app.wsgi_app = ContextMiddleware(app.wsgi_app)  # type: ignore[method-assign]
    with structlog.testing.capture_logs() as logged:
        app.test_client().get("/orders/7").close()
        app.test_client().get("/nothing").close()
    assert [line.get("order_id") for line in logged] == ["7", None]


def test_a_process_is_stuck_when_each_of_its_threads_has_been_at_a_request_for_too_long() -> None:
    held = threading.Event()
    begun = threading.Barrier(3)

    def hangs(_environ: Any, _start_response: Any) -> Iterable[bytes]:
        begun.wait()
        held.wait()
        return []

    middleware = ContextMiddleware(hangs)
    threads = [threading.Thread(target=middleware, args=({}, None)) for _ in range(2)]
    for thread in threads:
        thread.start()
    begun.wait()
    assert middleware.makes_progress(2, STUCK_SECONDS)
    middleware._under_way = dict.fromkeys(middleware._under_way, time.perf_counter() - STUCK_SECONDS)
    assert middleware.makes_progress(3, STUCK_SECONDS)
    assert not middleware.makes_progress(2, STUCK_SECONDS)
    held.set()
    for thread in threads:
        thread.join()
    assert middleware.makes_progress(1, STUCK_SECONDS)


def test_no_more_requests_are_handled_at_a_time_than_allowed() -> None:
    inside, most, turn, go_on = 0, 0, threading.Lock(), threading.Event()

    def view(name: str) -> str:
        nonlocal inside, most
        with turn:
            inside += 1
            most = max(most, inside)
            if inside == 2:
                go_on.set()
        assert go_on.wait(STUCK_SECONDS)
        with turn:
            inside -= 1
        return name

    app = app_with(view)
    app.wsgi_app = AtATime(app.wsgi_app, 2)  # type: ignore[method-assign]
    threads = [threading.Thread(target=lambda: app.test_client().get("/it").close()) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(STUCK_SECONDS)
    assert not any(thread.is_alive() for thread in threads)
    assert most == 2


def test_an_answer_that_is_being_sent_holds_no_place() -> None:
    def view(name: str) -> Response:
        return Response(iter([name.encode(), b"more"]))

    app = app_with(view)
    app.wsgi_app = AtATime(app.wsgi_app, 1)  # type: ignore[method-assign]
    open_answers = [app.test_client().get("/it") for _ in range(3)]
    for answer in open_answers:
        assert answer.data == b"itmore"
        answer.close()


def test_what_has_to_be_done_at_the_end_is_done() -> None:
    app, done = Flask("tests"), list[str]()
    end(app)  # an app without such work
    at_end(app, lambda: done.append("first"))
    at_end(app, lambda: done.append("second"))
    end(app)
    assert done == ["first", "second"]
