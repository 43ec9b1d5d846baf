"""The edge: routes, limits, restarts and outages as clients see them."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from json import load
from pathlib import Path

import psutil
import pytest

from pedidos.domain.picture import MOST_BYTES
from pedidos.http.static_files import FOREVER, address, static_files
from pedidos_local import caddy, ports
from pedidos_local.settings import LocalSettings
from tests.integration.local.around_edge import Crowd, Edge, Upstream, Upstreams
from tests.support.programs import running
from tests.support.waiting import until


@pytest.fixture
def settings(tmp_path: Path, port_base: int) -> LocalSettings:
    state_dir = tmp_path / "folder with spaces, ção"
    state_dir.mkdir()
    return LocalSettings(state_dir=state_dir, port_base=port_base)


@pytest.fixture
def upstreams(settings: LocalSettings) -> Iterator[Upstreams]:
    Upstream.over.clear()
    Upstream.healthy.set()
    started = Upstreams(settings)
    yield started
    Upstream.over.set()
    Upstream.healthy.set()
    started.stop_all()


@pytest.fixture
def edge(settings: LocalSettings, tmp_path: Path) -> Iterator[Edge]:
    caddy.prepare(settings)
    with running(caddy.program(settings), tmp_path / "log"):
        yield Edge(settings)


def test_its_port_is_the_only_one_that_it_opens(settings: LocalSettings, tmp_path: Path) -> None:
    caddy.prepare(settings)
    with running(caddy.program(settings), tmp_path / "log") as edge:
        connections = psutil.Process(edge.pid).net_connections()
    assert {each.laddr.port for each in connections if each.status == psutil.CONN_LISTEN} == {
        settings.port_base + ports.EDGE
    }


def test_it_shows_a_sign_of_life_until_it_hangs(settings: LocalSettings, tmp_path: Path) -> None:
    caddy.prepare(settings)
    with running(caddy.program(settings), tmp_path / "log") as edge:
        assert edge.program.alive()
        os.kill(edge.pid, signal.SIGSTOP)
        try:
            until(lambda: not edge.program.alive(), "Caddy's threads to stop")  # the signal reaches them one by one
        finally:
            os.kill(edge.pid, signal.SIGCONT)
        assert edge.program.alive()


def test_the_api_and_its_documents_go_to_api_streams_to_live_at_once_and_the_rest_to_web(
    edge: Edge, upstreams: Upstreams
) -> None:
    api, live, web = upstreams.start("api", 1), upstreams.start("live", 1), upstreams.start("web", 1)
    assert edge.text("/v1/orders", "POST", b"{}") == api
    for path in ("/v1", "/v1/orders/1", "/docs", "/problems", "/problems/held"):
        assert edge.text(path) == api
    for path in ("/", "/orders", "/v1x", "/docsx", "/problemsx", "/assets/1/a.css"):
        assert edge.text(path) == web
    for path in ("/v1/events", "/v1/orders/0198-ab/events"):
        with edge.ask(path) as stream:
            assert stream.read(len(live)).decode() == live  # the upstream has not ended its answer


def test_answers_have_the_security_headers(edge: Edge, upstreams: Upstreams) -> None:
    upstreams.start("api", 1)
    with edge.ask("/v1/me") as answer:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Strict-Transport-Security"]
        assert "Server" not in answer.headers


def test_static_files_need_no_api(edge: Edge) -> None:
    script = address("docs.js")
    with edge.ask(script) as answer:
        assert answer.headers["Cache-Control"] == FOREVER
        assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.read() == static_files().by_path[script.removeprefix("/")].read_bytes()
    with edge.ask("/openapi.json") as answer:
        assert (answer.headers["Content-Type"], load(answer)["openapi"]) == ("application/json", "3.1.1")


def test_static_files_are_there_compressed(edge: Edge) -> None:
    """The edge compresses none itself, which would cost it milliseconds for each request."""
    for accepted, encoding in (("gzip", "gzip"), ("zstd", None), ("identity", None)):
        with edge.ask("/openapi.json", accepted=accepted) as answer:
            assert answer.headers["Content-Encoding"] == encoding


def test_a_static_file_that_the_edge_lacks_is_asked_of_web(edge: Edge, upstreams: Upstreams) -> None:
    web = upstreams.start("web", 1)
    assert edge.text("/assets/of-another-version.js") == web


def test_readiness_is_not_for_clients(edge: Edge, upstreams: Upstreams) -> None:
    upstreams.start("api", 1)
    with edge.ask("/readyz") as answer:
        assert (answer.status, load(answer)["status"]) == (404, 404)


def test_nothing_beside_the_static_files_is_served(edge: Edge) -> None:
    for path in (
        "/assets/",
        "/assets/js/",
        "/assets/../../edge.env",
        "/assets/..%2f..%2fedge.env",
        "/edge.env",
        "/files",
    ):
        with edge.ask(path) as answer:
            assert answer.status == 503  # asked of web, which does not run


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_over_64_kib_is_refused_with_a_problem(edge: Edge, upstreams: Upstreams, chunked: bool) -> None:
    upstreams.start("api", 1)
    with edge.ask("/v1/orders", "POST", b"x" * (64 * 1024 + 1), chunked=chunked) as answer:
        assert (answer.status, answer.headers["Content-Type"]) == (413, "application/problem+json")
        assert load(answer)["type"] == "/problems/body-too-large"


@pytest.mark.parametrize("chunked", [False, True])
def test_a_form_over_64_kib_is_refused_with_a_page(edge: Edge, upstreams: Upstreams, chunked: bool) -> None:
    upstreams.start("web", 1)
    with edge.ask("/account/profile", "POST", b"x" * (64 * 1024 + 1), chunked=chunked) as answer:
        assert (answer.status, answer.headers["Content-Type"]) == (413, "text/html; charset=utf-8")
        assert "Nothing was saved" in answer.read().decode()


@pytest.mark.parametrize("chunked", [False, True])
def test_a_picture_may_be_larger_and_not_much(edge: Edge, upstreams: Upstreams, chunked: bool) -> None:
    api, web = upstreams.start("api", 1), upstreams.start("web", 1)
    for path, kind in (
        ("/v1/products/0198-ab/picture", api),
        ("/v1/me/picture", api),
        ("/products/0198-ab/picture", web),
        ("/account/picture", web),
    ):
        assert edge.text(path, "POST", bytes(MOST_BYTES + 64 * 1024), chunked=chunked) == kind
        with edge.ask(path, "POST", bytes(MOST_BYTES + 64 * 1024 + 1), chunked=chunked) as answer:
            assert answer.status == 413
    with edge.ask("/v1/products/0198-ab/picture/more", "POST", bytes(64 * 1024 + 1), chunked=chunked) as answer:
        assert answer.status == 413


def test_a_body_of_64_kib_is_let_through(edge: Edge, upstreams: Upstreams) -> None:
    api = upstreams.start("api", 1)
    assert edge.text("/v1/orders", "POST", b"x" * (64 * 1024)) == api


def test_without_an_api_the_answer_is_a_problem_with_retry_after(edge: Edge) -> None:
    began = time.monotonic()
    with edge.ask("/v1/orders", "POST", b"{}") as answer:
        assert (answer.status, answer.headers["Content-Type"]) == (503, "application/problem+json")
        assert answer.headers["Retry-After"] == "2"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert load(answer)["status"] == 503
    assert time.monotonic() - began < 10


def test_without_web_the_answer_is_a_page_that_tries_again(edge: Edge) -> None:
    with edge.ask("/orders") as answer:
        assert (answer.status, answer.headers["Content-Type"]) == (503, "text/html; charset=utf-8")
        assert answer.headers["Retry-After"] == "2"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        page = answer.read().decode()
    assert "Esta página volta já" in page
    assert "This page is back in a moment" in page


def test_a_restart_of_the_only_api_is_not_seen(edge: Edge, upstreams: Upstreams) -> None:
    api = upstreams.start("api", 1)
    upstreams.stop("api", 1)
    back = threading.Timer(0.7, upstreams.start, ("api", 1))
    back.start()
    try:
        assert edge.text("/v1/orders", "POST", b"{}") == api
    finally:
        back.join()


@pytest.mark.parametrize(("key", "status"), [("k-1", 200), ("", 503)])
def test_a_request_whose_api_died_over_it_is_repeated_if_it_has_a_key(
    edge: Edge, upstreams: Upstreams, monkeypatch: pytest.MonkeyPatch, key: str, status: int
) -> None:
    api = upstreams.start("api", 1)
    monkeypatch.setattr(Upstream, "deaths", 1)
    with edge.ask("/v1/orders", "POST", b"x" * 5000, key=key) as answer:
        assert answer.status == status
        assert (answer.read() == api.encode()) == (status == 200)


def test_several_share_the_work_and_one_may_come_and_go(edge: Edge, upstreams: Upstreams) -> None:
    one, two = upstreams.start("api", 1), upstreams.start("api", 2)
    edge.until_sent_to(one, two)
    upstreams.stop("api", 1)
    assert {edge.text("/v1/", "POST", b"{}") for _ in range(10)} == {two}
    twentieth = upstreams.start("api", len(ports.OF_KIND["api"]))
    edge.until_sent_to(two, twentieth)


def test_no_request_stays_without_an_answer_while_instances_come_and_go(edge: Edge, upstreams: Upstreams) -> None:
    upstreams.start("api", 1)
    with Crowd(edge, 30) as crowd:
        for number, before in ((2, 1), (1, 2), (3, 1)):
            crowd.until_answered_by(upstreams.start("api", number))
            upstreams.stop("api", before)
        # Also when the edge has had no time to notice: the request waits until it does.
        for number, before in ((1, 3), (2, 1)):
            name = upstreams.start("api", number)
            upstreams.stop("api", before)
            crowd.until_answered_by(name)
    assert {heard[:4] for heard in crowd.answers} == {"200 "}, crowd.answers


def test_an_instance_that_is_slow_to_say_that_it_lives_is_still_asked(
    edge: Edge, upstreams: Upstreams, tmp_path: Path
) -> None:
    api = upstreams.start("api", 1)
    edge.until_sent_to(api)
    Upstream.healthy.clear()
    noticed = time.monotonic() + 3 * caddy.NOTICED_SECONDS
    while time.monotonic() < noticed:
        assert edge.text("/v1/orders", "POST", b"{}") == api
    assert (tmp_path / "log").read_text() == "", "the edge does not log ports without an upstream either"


def test_what_an_api_says_of_its_database_comes_through(edge: Edge, upstreams: Upstreams) -> None:
    api = upstreams.start("api", 1)
    for _ in range(3):
        with edge.ask("/v1/unavailable") as answer:
            assert (answer.status, answer.read().decode()) == (503, api)


def test_a_stream_is_opened_only_where_one_can_be(edge: Edge, upstreams: Upstreams) -> None:
    one, two = upstreams.start("live", 1), upstreams.start("live", 2, ready=False)
    until(lambda: {edge.streamer() for _ in range(10)} == {one}, "streams at the ready one alone")
    upstreams.make_ready("live", 2)
    until(lambda: {edge.streamer() for _ in range(10)} == {one, two}, "streams at both")


@pytest.mark.parametrize("ours", [b"ok\n", b'{"status":"ok"}'])
def test_somebody_elses_server_on_one_of_the_ports_gets_nothing(edge: Edge, upstreams: Upstreams, ours: bytes) -> None:
    api = upstreams.start("api", 1, sign_of_life=ours)
    upstreams.start("api", 2, sign_of_life=b"<html>It works, ok</html>")
    edge.until_sent_to(api)
    assert {edge.text("/v1/") for _ in range(20)} == {api}
