"""A whole platform among strangers: it serves on, the same processes run, and no log holds a secret."""

import json
import random
import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from uuid import uuid4

from tests.support.client import Client
from tests.support.demo import CUSTOMER, MARGHERITA, PIZZERIA
from tests.support.platform import Platform

CONNECTION_SECONDS = 40.0
"""Longer than the edge waits for anything."""

HALF = b"POST /v1/orders HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n"


def samples() -> Iterator[bytes]:
    chance = random.Random(20261124)
    yield from (chance.randbytes(chance.randint(1, 5000)) + b"\r\n\r\n" for _ in range(40))
    yield b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n\r\n"
    yield b"GET /livez HTTP/1.1\r\nHost: a\r\n" + b"X-A: b\r\n" * 20_000 + b"\r\n"
    yield b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + chance.randbytes(3000)
    yield HALF


def test_noise_at_the_edge_ends_nothing(platform: Platform, customer: Client) -> None:
    context = ssl.create_default_context(cafile=str(platform.state_dir / "certificates" / "ca.pem"))
    before = platform.pids()

    def say(data: bytes, *, encrypted: bool) -> bytes:
        with suppress(ConnectionError, ssl.SSLError):
            plain = socket.create_connection(("127.0.0.1", platform.port_base), CONNECTION_SECONDS)
            with context.wrap_socket(plain, server_hostname="localhost") if encrypted else plain as connection:
                connection.sendall(data)
                return connection.recv(4096)
        return b""

    with ThreadPoolExecutor(24) as pool:
        noise = [pool.submit(say, data, encrypted=encrypted) for data in samples() for encrypted in (True, False)]
        orders = [customer.place() for _ in range(5)]
        answers = [each.result() for each in noise]
    assert not [answer for answer in answers if answer.startswith((b"HTTP/1.1 50", b"HTTP/1.1 2"))]
    for order in orders:
        customer.sees(order, "order.confirmed")
    assert platform.pids() == before


def test_a_stream_of_another_customer_is_not_found(customer: Client, other_customer: Client) -> None:
    order = customer.place()
    for spelling in (order, order.upper(), f"%7B{order}%7D", f"urn:uuid:{order}", order.replace("-", "")):
        assert other_customer.get(f"/v1/orders/{spelling}/events").status_code == 404


def test_no_log_holds_a_secret(platform: Platform, customer: Client) -> None:
    """After the whole way of an order with a payment token of its own, and of one with a token that is no good."""
    payment_token, bad_token = f"tok_{uuid4().hex}", f"tok {uuid4().hex}"
    order = customer.place(token=payment_token)
    customer.sees(order, "order.declined")
    items = [{"product_id": MARGHERITA, "quantity": 1}]
    body = {"merchant_id": PIZZERIA, "items": items, "payment_token": bad_token}
    assert customer.post("/v1/orders", body, **{"Idempotency-Key": uuid4().hex}).status_code == 422
    wrong = {"email": CUSTOMER, "password": f"wrong {uuid4().hex}"}
    assert customer.post("/v1/auth/token", wrong).status_code in {401, 429}
    access_token = str(customer._session.headers["Authorization"]).removeprefix("Bearer ")
    made = json.loads((platform.state_dir / "secrets.json").read_text("utf-8"))
    secrets = {payment_token, bad_token, wrong["password"], access_token, *texts(made)}
    logs = [path for path in (platform.state_dir / "logs").rglob("*") if path.is_file()]
    assert {"edge.log", "api-1.log", "gateway.log"} <= {path.name for path in logs}
    for path in logs:
        text = path.read_text("utf-8", "replace")
        assert not [secret for secret in secrets if secret in text], path.name


def texts(value: object) -> Iterator[str]:
    """Every text in a JSON value."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, str):
        yield value
