"""Figures are pushed to the pages that are seen: made once for all, and only what has changed."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import requests

from tests.integration.web.test_orders import signed_in
from tests.support.api import World
from tests.support.pages import Visitor
from tests.support.processes import ServingProcess
from tests.support.waiting import until

STREAM = "/operator/stream"
PLACES = 2
PATIENCE_SECONDS = 20


@pytest.fixture
def measured(database_url: str, tmp_path: Path) -> Iterator[ServingProcess]:
    """A web process that serves figures, pushes to two pages at most, and handles one request at a time."""
    (tmp_path / "targets").mkdir()
    process = ServingProcess(
        "web",
        tmp_path,
        database_url=database_url,
        metrics_port=0,
        metrics_target=tmp_path / "targets" / "web-1.json",
        sign_in_limit="10000 per minute",
        page_streams=PLACES,
        web_threads=1,
    )
    process.child.start()
    yield process
    if process.child.running:
        assert process.child.stop() == 0, process.child.said()


@pytest.fixture
def operator(measured: ServingProcess, world: World) -> Visitor:
    return signed_in(measured, world, "operator")


@contextmanager
def opened(visitor: Visitor, path: str = STREAM) -> Iterator[requests.Response]:
    cookie = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
    headers = {"Cookie": cookie, "Accept-Language": visitor.language}
    address = visitor.web.url + path
    with closing(requests.get(address, headers=headers, stream=True, timeout=PATIENCE_SECONDS)) as answer:
        yield answer


def parts(answer: requests.Response) -> Iterator[dict[str, str]]:
    """The parts that a stream pushes; it ends with the stream."""
    for line in answer.iter_lines(chunk_size=1):
        if line.startswith(b"data: "):
            yield json.loads(line.removeprefix(b"data: "))


def test_a_page_gets_its_parts_and_then_what_has_changed(operator: Visitor) -> None:
    with opened(operator) as answer:
        assert answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        pushed = parts(answer)
        first = next(pushed)
        assert first["id"] == "figures-first"
        assert '<div id="figures-first"' in first["html"]
        later = next(each for each in pushed if each["id"] == "figures-first" and each["html"] != first["html"])
        assert later["html"] != first["html"]
        # A stream holds none of the places of requests, of which this process has one.
        assert operator.get("/operator/now").status_code == 200


def test_more_pages_than_places_ask_instead(operator: Visitor) -> None:
    with opened(operator) as one:
        first = parts(one)  # a generator that is dropped would close its connection, and so give its place back
        assert next(first)
        with opened(operator) as two:
            second = parts(two)
            assert next(second)
            with opened(operator) as third:
                assert third.status_code == 503
            assert operator.get("/operator/now").status_code == 200
    until(lambda: _is_accepted(operator), "a place that is free again")


def _is_accepted(operator: Visitor) -> bool:
    with opened(operator) as answer:
        return answer.status_code == 200


def test_a_question_for_the_headers_alone_takes_no_place(operator: Visitor) -> None:
    for _ in range(PLACES + 1):
        assert operator.ask("HEAD", STREAM, {}).status_code == 200
    assert _is_accepted(operator)


def test_a_stream_ends_with_its_session(operator: Visitor) -> None:
    with opened(operator) as answer:
        pushed = parts(answer)
        next(pushed)
        operator.post("/sign-out")
        for _ in pushed:
            pass
    with opened(operator) as again:
        assert not again.headers["Content-Type"].startswith("text/event-stream")


def test_a_process_that_is_told_to_end_does_not_wait_for_its_readers(
    operator: Visitor, measured: ServingProcess
) -> None:
    with opened(operator) as answer:
        pushed = parts(answer)
        next(pushed)
        assert measured.child.stop() == 0, measured.child.said()
        # It ends in order. Granian would wait for open answers, and then kill its worker: that breaks off the stream.
        for _ in pushed:
            pass


@pytest.mark.parametrize("path", ["/operator/kafka/stream", "/operator/tasks/stream"])
def test_other_pages_are_pushed_too(operator: Visitor, path: str) -> None:
    with opened(operator, path) as answer:
        part = next(parts(answer))
    name = path.split("/")[2]
    assert part["id"] == f"{name}-now"
    assert f'id="{name}-now"' in part["html"]


@pytest.mark.parametrize("path", [STREAM, "/operator/kafka/stream", "/operator/tasks/stream"])
def test_figures_are_pushed_to_operators_alone(measured: ServingProcess, world: World, path: str) -> None:
    for name in ("customer", "merchant"):
        assert signed_in(measured, world, name).get(path).status_code == 403
    assert Visitor(measured).get(path, **{"HX-Request": "true"}).status_code == 401
