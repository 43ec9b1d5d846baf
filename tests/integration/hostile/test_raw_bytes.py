"""Bytes that are no request, or hardly one: an error or a closed connection, and the process serves on."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.integration.hostile.edge import Edge
from tests.integration.hostile.raw import Target, assert_no_fault, assert_turned_away, request
from tests.support.api import Api
from tests.support.processes import GatewayProcess, LiveProcess, ServingProcess

SEED = 20261124
AT_ONCE = 12
LONG = 600_000
"""Bytes: more than any of the servers keeps of a request's head."""

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

MALFORMED = {
    "no version": b"GET /livez\r\n\r\n",
    "unknown version": b"GET /livez HTTP/9.9\r\nHost: a\r\n\r\n",
    "no method": b" /livez HTTP/1.1\r\nHost: a\r\n\r\n",
    "method with NUL": b"G\x00T /livez HTTP/1.1\r\nHost: a\r\n\r\n",
    "path with NUL": b"GET /live\x00z HTTP/1.1\r\nHost: a\r\n\r\n",
    "space in the path": b"GET /live z HTTP/1.1\r\nHost: a\r\n\r\n",
    "header with NUL": b"GET /livez HTTP/1.1\r\nHost: a\r\nX-A: b\x00c\r\n\r\n",
    "header without colon": b"GET /livez HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n",
    "header name with a space": b"GET /livez HTTP/1.1\r\nHost: a\r\nX A: b\r\n\r\n",
    "length that is no number": b"POST /v1/auth/token HTTP/1.1\r\nHost: a\r\nContent-Length: ten\r\n\r\n{}",
    "negative length": b"POST /v1/auth/token HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n{}",
    "absurd length": b"POST /v1/auth/token HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n{}" % 10**40,
    "two lengths": b"POST /v1/auth/token HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "unknown coding": b"POST /v1/auth/token HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: cow\r\n\r\n{}",
    "one long header": b"GET /livez HTTP/1.1\r\nHost: a\r\nX-A: " + b"x" * LONG + b"\r\n\r\n",
    "many headers": b"GET /livez HTTP/1.1\r\nHost: a\r\n" + b"X-A: b\r\n" * 60_000 + b"\r\n",
    "very long path": b"GET /" + b"x" * LONG + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    "another protocol": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200) + b"\r\n\r\n",
    "HTTP/2 and then garbage": PREFACE + bytes(range(256)) * 8,
}

UNFINISHED = {
    "nothing": b"",
    "half a line": b"GET /liv",
    "half a head": b"GET /livez HTTP/1.1\r\nHost: a\r\nX-A",
    "half a body": b"POST /v1/auth/token HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    b'Content-Length: 100\r\n\r\n{"email"',
    "half a chunk": b"POST /v1/auth/token HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    b'Transfer-Encoding: chunked\r\n\r\n50\r\n{"email"',
    "HTTP/2 and then nothing": PREFACE,
}

SLOW_BODIES = {"half a body", "half a chunk"}

JSON_CHUNKED = ("Content-Type: application/json", "Transfer-Encoding: chunked")
BAD_CHUNKS = {
    "size that is no number": b"zz\r\n{}\r\n0\r\n\r\n",
    "size beyond 64 bits": b"f" * 17 + b"\r\n{}\r\n0\r\n\r\n",
    "negative size": b"-2\r\n{}\r\n0\r\n\r\n",
    "longer than said": b"1\r\n{}\r\n0\r\n\r\n",
    "endless extension": b"2;" + b"x" * 100_000 + b"\r\n{}\r\n0\r\n\r\n",
    "endless trailer": b"2\r\n{}\r\n0\r\n" + b"X-A: b\r\n" * 20_000 + b"\r\n",
}

PATHS = [
    *("//", "//v1//orders", "/v1/../v1/orders", "/v1/%2e%2e/livez", "/%2e%2e/%2e%2e/etc/passwd"),
    *("/docs/assets/../../../../etc/passwd", "/docs/assets/%2e%2e%2f%2e%2e%2fapp.py", "/docs/assets/..%5c..%5capp.py"),
    *("/v1/orders/%00", "/v1/orders%00/x", "/v1/events%2f..%2forders", "/v1/orders/%2e%2e/events", "/%ff%fe", "/%"),
    *("/v1/orders;a=b", "/v1/orders?%00=%ff&limit=%", "/?" + "a=b&" * 4000, "/" + "a/" * 4000, "/" + "%2f" * 3000),
    *("http://elsewhere.example/v1/orders", "https://elsewhere.example:1/", "localhost:1", "*", "/v1/orders#f"),
]


@pytest.fixture(params=["api", "live", "web", "gateway", "edge"])
def target(
    request: pytest.FixtureRequest,
    api: Api,
    live: LiveProcess,
    web: ServingProcess,
    gateway: GatewayProcess,
    edge: Edge,
) -> Target:
    """Each server in turn."""
    targets = {
        "api": Target("api", api.port),
        "live": Target("live", live.port),
        "web": Target("web", web.port),
        "gateway": Target("gateway", gateway.port),
        "edge": edge.target(),
    }
    return targets[request.param]


@pytest.fixture(autouse=True)
def still_served(api: Api, live: LiveProcess, web: ServingProcess, gateway: GatewayProcess, edge: Edge) -> object:
    """After each test all five answer, and the processes are those that were started."""
    yield
    for url in (api.url, live.url, web.url, gateway.url):
        assert requests.get(f"{url}/livez", timeout=20).status_code == 200
    assert edge.ask("GET", "/livez").status_code == 200
    assert api.child.running
    assert live.child.running
    assert web.child.running
    assert edge.child.running
    assert "Traceback" not in api.child.said() + live.child.said() + web.child.said()


def tell(target: Target, samples: list[bytes], *, half: bool = False) -> list[bytes]:
    """The answers, all of them within the time that a connection is given."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda data: target.say(data, half=half), samples))


def test_what_is_malformed_is_turned_away(target: Target) -> None:
    for name, answer in zip(MALFORMED, tell(target, list(MALFORMED.values()), half=True), strict=True):
        try:
            assert_turned_away(answer)
        except AssertionError as error:
            raise AssertionError(f"{target.name}, {name}") from error


def test_what_is_not_finished_is_not_waited_for_for_ever(target: Target) -> None:
    # The edge gives a body longer than a test should take: what it does with slow ones is in test_slow_clients.py.
    waited_for = [name for name in UNFINISHED if target.tls is None or name not in SLOW_BODIES]
    for answer in tell(target, [UNFINISHED[name] for name in waited_for], half=True):
        assert_turned_away(answer)


def test_bad_chunks_are_turned_away(target: Target) -> None:
    path = "/v1/charges" if target.name == "gateway" else "/v1/auth/token"
    head = request(f"POST {path} HTTP/1.1", *JSON_CHUNKED)
    for answer in tell(target, [head + chunks for chunks in BAD_CHUNKS.values()], half=True):
        # To the edge a body that breaks off is an exchange with the api that failed.
        assert_turned_away(answer.replace(b" 503 ", b" 400 ", 1) if target.tls else answer)


def test_bad_chunks_do_not_shut_out_other_clients(edge: Edge, api: Api) -> None:
    """The edge must not take the client's fault for the api's, and leave the api alone for a while."""
    stop, target = threading.Event(), edge.target()
    head = request("POST /v1/auth/token HTTP/1.1", *JSON_CHUNKED)

    def send_on() -> None:
        while not stop.is_set():
            target.say(head + BAD_CHUNKS["size that is no number"])

    with ThreadPoolExecutor(4) as pool:
        sending = [pool.submit(send_on) for _ in range(4)]
        try:
            statuses = {edge.place(api.token("customer"), api.order_body()).status_code for _ in range(20)}
        finally:
            stop.set()
        for each in sending:
            each.result()
    assert statuses == {202}


def test_random_bytes_break_nothing(target: Target) -> None:
    chance = random.Random(SEED)
    samples = [chance.randbytes(chance.randint(1, 3000)) + b"\r\n\r\n" for _ in range(25)]
    good = request(
        "POST /v1/auth/token HTTP/1.1", "Content-Type: application/json", "Content-Length: 40", body=b" " * 40
    )
    for _ in range(35):
        spoilt = bytearray(good)
        for _ in range(chance.randint(1, 6)):
            spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
        samples.append(bytes(spoilt))
    for answer in tell(target, samples, half=True):
        assert_no_fault(answer)


def test_path_tricks_lead_nowhere(target: Target) -> None:
    answers = tell(target, [request(f"GET {path} HTTP/1.1") for path in PATHS])
    for answer in answers:
        assert_no_fault(answer)
        assert b"root:" not in answer
        assert b"import " not in answer


@pytest.mark.parametrize("host", ["", "elsewhere.example", "localhost@elsewhere.example", "a" * 5000, "[::1", "\xff"])
def test_a_wrong_host_is_not_believed(target: Target, host: str) -> None:
    for path in ("/livez", "/v1/orders/", "/docs"):
        answer = target.say(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode("latin-1"))
        assert_no_fault(answer)
        assert b"elsewhere" not in answer


def test_frames_that_are_no_http2_close_the_connection(edge: Edge) -> None:
    speaks_http2 = edge.target("h2")
    chance = random.Random(SEED)
    for frames in (b"", chance.randbytes(4000), b"\xff\xff\xff\x00\x00\x00\x00\x00\x01" + bytes(2000)):
        with speaks_http2.connect() as connection:
            connection.sendall(PREFACE + frames + b"x" * 200)
            while connection.recv(1 << 16):  # until it is closed; a hang ends with the connection's time-out
                pass
