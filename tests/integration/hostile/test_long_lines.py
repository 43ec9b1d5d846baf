"""What strangers send makes no log line long."""

from pedidos.logs.shortening import LONG_LINE
from tests.integration.hostile.edge import Edge
from tests.integration.hostile.raw import Target, request
from tests.support.api import EDGE_KEY, Api, Serve
from tests.support.processes import LiveFactory
from tests.support.waiting import until

LONG = 7_000
"""Below the edge's limit."""


def test_of_the_edge(edge: Edge, api: Api) -> None:
    headers = {"User-Agent": "u" * (LONG // 3), "X-Anything": "v" * (LONG // 3)}
    path = f"/v1/events?nothing={'x' * (LONG // 3)}"
    with edge.ask("GET", path, api.token("customer"), headers=headers, stream=True) as stream:
        assert stream.status_code == 200
    # It logs a stream whose client has gone.
    until(lambda: '"/v1/events"' in edge.log.read_text("utf-8"), "the line of the edge, without the query")
    text = edge.log.read_text("utf-8")
    assert max(map(len, text.splitlines())) < LONG_LINE
    assert not [word for word in ("uuuu", "vvvv", "nothing=", EDGE_KEY) if word in text]


def test_of_the_processes(serve: Serve, live_server: LiveFactory) -> None:
    api, live = serve(), live_server(instance="live-long")
    for target in (Target("api", api.port), Target("live", live.port)):
        target.say(request(f"GET /v1/orders/{'x' * LONG}/events HTTP/1.1", "User-Agent: " + "u" * LONG))
        target.say(request("M" * LONG + " /v1/me HTTP/1.1"))
    until(lambda: "xxxx" in live.child.said(), "the line of the live process")
    for text in (api.child.said(), live.child.said()):
        assert max(map(len, text.splitlines()), default=0) <= LONG_LINE
