"""A request hidden in another one: what the edge takes for one request is one for the api too."""

import secrets

import pytest

from tests.integration.hostile.edge import Edge
from tests.integration.hostile.raw import assert_no_fault
from tests.support.api import Api

HIDDEN = "GET /v1/merchants HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: {mark}\r\n\r\n"
CHUNKED = "Transfer-Encoding: chunked"

# Each with the framing headers of the visible request, and its body around the hidden one.
CL_TE = "0\r\n\r\n{hidden}"
TE_CL = "{size:x}\r\n{hidden}\r\n0\r\n\r\n"
DISGUISES = [
    CHUNKED,
    "Transfer-Encoding : chunked",
    "Transfer-Encoding: xchunked",
    "Transfer-Encoding:\tchunked",
    "Transfer-Encoding: chunked, identity",
    "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: cow",
    "X: y\rTransfer-Encoding: chunked",
    "X: y\nTransfer-Encoding: chunked",
    "Transfer-Encoding: \x0bchunked",
    " Transfer-Encoding: chunked",
    "Transfer_Encoding: chunked",
]


def logged(api: Api, mark: str) -> int:
    """How often the api was asked under this request id."""
    return api.child.said().count(f'"{mark}"')


def ask_around(edge: Edge, api: Api, mark: str, data: str) -> int:
    """Sends the visible request with the hidden one; how often the api was asked what is hidden."""
    visible = f"{mark}-visible"
    before = logged(api, mark)
    answer = edge.target().say(data.replace("{visible}", visible).encode("latin-1"), half=True)
    assert_no_fault(answer)
    # Others come over the same connections from the edge to the api, and get what they asked for.
    for number in range(3):
        other = edge.ask("GET", "/livez", headers={"X-Request-Id": f"{mark}-other-{number}"})
        assert other.status_code == 200
        assert other.text == "ok\n"
        assert other.headers["X-Request-Id"] == f"{mark}-other-{number}"
    return logged(api, mark) - before


def head(*framing: str) -> str:
    """Of a request that is the last one on its connection: what the edge takes for one more is not read."""
    lines = ["POST /v1/auth/logout HTTP/1.1", "Host: localhost", "X-Request-Id: {visible}", "Connection: close"]
    return "\r\n".join([*lines, "Content-Type: application/json", *framing, "", ""])


@pytest.mark.parametrize("disguise", DISGUISES)
def test_neither_length_nor_chunks_hide_a_request(edge: Edge, api: Api, disguise: str) -> None:
    mark = secrets.token_hex(12)
    hidden = HIDDEN.format(mark=mark)
    cl_te = CL_TE.format(hidden=hidden)
    assert ask_around(edge, api, mark, head(f"Content-Length: {len(cl_te)}", disguise) + cl_te) == 0
    te_cl = TE_CL.format(size=len(hidden), hidden=hidden)
    assert ask_around(edge, api, mark, head("Content-Length: 4", disguise) + te_cl) == 0


@pytest.mark.parametrize(
    "lengths",
    [
        "Content-Length: 0\r\nContent-Length: {size}",
        "Content-Length: {size}\r\nContent-Length: 0",
        "Content-Length: +0",
    ],
)
def test_two_lengths_hide_no_request(edge: Edge, api: Api, lengths: str) -> None:
    mark = secrets.token_hex(12)
    hidden = HIDDEN.format(mark=mark)
    assert ask_around(edge, api, mark, head(lengths.format(size=len(hidden))) + hidden) == 0


def test_a_body_is_a_body_whatever_it_looks_like(edge: Edge, api: Api) -> None:
    """The counter-check: the hidden request reaches the api when it is sent as a request, and not as a body."""
    mark = secrets.token_hex(12)
    hidden = HIDDEN.format(mark=mark)
    assert ask_around(edge, api, mark, head(f"Content-Length: {len(hidden)}") + hidden) == 0
    edge.target().say(hidden.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n").encode())
    assert logged(api, mark) == 1
