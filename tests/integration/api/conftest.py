"""A few accounts and products in a real PostgreSQL, and the API served by Granian."""

import os
import secrets
import socket
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
import requests

from pedidos.security.keys import ensure_keys
from pedidos.security.passwords import hash_password
from tests.support.checkout import ROOT

PASSWORD = "correct horse battery staple"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(condition, seconds: float) -> None:
    """Polls until the condition holds; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{condition} did not hold within {seconds} s"
        time.sleep(0.05)


@dataclass(frozen=True)
class World:
    """What is in the database: per short name an account's id and e-mail address, merchants, products at 500 cents."""

    accounts: dict[str, uuid.UUID]
    emails: dict[str, str]
    merchant: uuid.UUID
    other_merchant: uuid.UUID
    products: list[uuid.UUID]
    other_product: uuid.UUID


def make_world(database_url: str) -> World:
    mark = secrets.token_hex(4)
    with psycopg.connect(database_url, autocommit=True) as connection:

        def one(statement: str, *values: object) -> uuid.UUID:
            found: uuid.UUID = connection.execute(statement, values).fetchone()[0]
            return found

        merchant, other = (one("insert into merchants (name) values (%s) returning id", n) for n in ("Ana", "Bia"))
        add = "insert into products (merchant_id, name, price_cents) values (%s, %s, 500) returning id"
        products = [one(add, merchant, f"Pizza {n}") for n in range(3)]
        other_product = one(add, other, "Pão")
        for product in (*products, other_product):
            connection.execute("insert into stock (product_id, on_hand) values (%s, 1000)", [product])
        hashed = hash_password(PASSWORD)
        people = {
            "customer": ("customer", None),
            "customer2": ("customer", None),
            "merchant": ("merchant", merchant),
            "merchant2": ("merchant", other),
            "operator": ("operator", None),
        }
        emails = {name: f"{name}-{mark}@pedidos.example" for name in people}
        add = (
            "insert into accounts (email, name, role, merchant_id, password_hash)"
            " values (%s, %s, %s, %s, %s) returning id"
        )
        accounts = {name: one(add, emails[name], name, role, of, hashed) for name, (role, of) in people.items()}
    return World(accounts, emails, merchant, other, products, other_product)


@pytest.fixture(scope="package")
def world(database_url: str) -> World:
    return make_world(database_url)


@pytest.fixture(scope="session")
def keys_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    ensure_keys(folder)
    return folder


class Served:
    """An API process, and ways to ask it things."""

    def __init__(self, port: int, process: subprocess.Popen[bytes], log: Path, world: World) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.process = process
        self.log = log
        self.world = world
        self._tokens: dict[str, str] = {}

    def for_others(self, world: World) -> "Served":
        """The same process, asked by the accounts of another world."""
        return Served(self.port, self.process, self.log, world)

    def ask(self, method: str, path: str, *, who: str | None = None, token: str | None = None, **request):
        headers = dict(request.pop("headers", None) or {})
        if who is not None:
            token = self.token(who)
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return requests.request(method, self.url + path, headers=headers, timeout=20, **request)

    def sign_in(self, who: str) -> dict:
        credentials = {"email": self.world.emails[who], "password": PASSWORD}
        answer = self.ask("POST", "/v1/auth/token", json=credentials)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def token(self, who: str) -> str:
        if who not in self._tokens:
            self._tokens[who] = self.sign_in(who)["access_token"]
        return self._tokens[who]

    def order_body(self, **changes) -> dict:
        items = [{"product_id": str(self.world.products[0]), "quantity": 2}]
        return {"merchant_id": str(self.world.merchant), "items": items, "payment_token": "tok_ok"} | changes

    def place(self, who: str = "customer", key: str | None = None, **changes):
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        return self.ask("POST", "/v1/orders", who=who, json=self.order_body(**changes), headers=headers)


@pytest.fixture(scope="package")
def serve(database_url: str, world: World, keys_dir: Path, tmp_path_factory: pytest.TempPathFactory):
    """Starts API processes: serve(**settings) -> Served. All are ended with the session. output: in place of a log."""
    started: list[subprocess.Popen[bytes]] = []

    def start(output: int | None = None, **settings: object) -> Served:
        port = free_port()
        folder = tmp_path_factory.mktemp("api")
        given = {
            "state_dir": folder,
            "database_url": database_url,
            "keys_dir": keys_dir,
            "port": port,
            "sign_in_limit": "10000 per minute",
            **settings,
        }
        environment = os.environ | {f"PEDIDOS_{name.upper()}": str(value) for name, value in given.items()}
        log = folder / "log"
        with log.open("wb") as usual:
            process = subprocess.Popen(
                [sys.executable, "-m", "pedidos.processes.api"],
                env=environment | {"PYTHONPATH": str(ROOT / "src")},
                stdout=usual if output is None else output,
                stderr=usual if output is None else output,
            )
        started.append(process)
        served = Served(port, process, log, world)
        wait_until(lambda: _answers(served.url), 30)
        return served

    yield start
    for process in started:
        process.terminate()
    for process in started:
        process.wait(timeout=30)


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/livez", timeout=2).status_code == 200
    except requests.ConnectionError:
        return False


@pytest.fixture(scope="package")
def api(serve) -> Served:
    """The API process that most tests share."""
    return serve()
