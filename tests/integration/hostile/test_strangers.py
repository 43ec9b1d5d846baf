"""Requests without an account: their headers are short, and a client has a limit for all of them together."""

import pytest

from tests.integration.hostile.edge import Edge, MakeEdge
from tests.integration.hostile.raw import Target, request, status
from tests.support.api import Api, Serve

LONG = 30_000
MOST = 40


@pytest.mark.parametrize("name", ["Accept", "Cookie", "Content-Type", "If-None-Match", "X-Anything"])
def test_long_headers_are_refused_before_they_are_read(edge: Edge, api: Api, name: str) -> None:
    long = request("GET /problems HTTP/1.1", f"{name}: " + "a/b;q=0.1," * (LONG // 10))
    for target in (edge.target(), Target("api", api.port)):
        assert status(target.say(long)) == 431


def test_a_long_path_is_refused_before_it_is_read(edge: Edge, api: Api) -> None:
    for target in (edge.target(), Target("api", api.port)):
        assert status(target.say(request(f"GET /v1/{'x' * LONG} HTTP/1.1"))) in {414, 431}


def test_the_header_accept_is_compared_up_to_a_length(api: Api) -> None:
    """Comparing thousands of its members takes as many milliseconds."""
    for accept, expected in (("text/html", "text/html; charset=utf-8"), ("text/html," * 60, "application/json")):
        assert api.ask("GET", "/problems", headers={"Accept": accept}).headers["Content-Type"] == expected


def test_a_client_has_a_limit_for_all_requests_without_an_account(make_edge: MakeEdge, serve: Serve) -> None:
    api = serve(anonymous_per_minute=MOST)
    edge = make_edge({"api": api.port, "live": api.port})
    token = api.token("customer")
    asked = [
        ("GET", "/v1/merchants"),
        ("GET", "/problems"),
        ("GET", "/v1/nothing"),
        ("POST", "/v1/orders"),
        ("PUT", "/docs"),
    ]
    # A new minute may begin meanwhile.
    statuses = [edge.ask(*asked[number % len(asked)]).status_code for number in range(3 * MOST)]
    assert statuses[: MOST // 2] == [200, 200, 404, 401, 405] * (MOST // 10)
    assert statuses.count(429) >= MOST // 2
    refused = next(answer for answer in (edge.ask("GET", "/v1/merchants") for _ in range(2 * MOST)) if not answer.ok)
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert [edge.place(token, api.order_body()).status_code for _ in range(3)] == [202] * 3
