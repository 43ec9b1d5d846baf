"""An api process, and the accounts and products that tests ask it about."""

import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
import requests

from pedidos.http.edge import KEY_HEADER
from pedidos.security.passwords import hash_password
from tests.support.processes import ServingProcess

EDGE_KEY = "key-of-the-edge"
PASSWORD = "correct horse battery staple"


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

        def one(statement: LiteralString, *values: object) -> uuid.UUID:
            row = connection.execute(statement, values).fetchone()
            assert row is not None
            found: uuid.UUID = row[0]
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
            "courier": ("courier", merchant),
        }
        emails = {name: f"{name}-{mark}@pedidos.example" for name in people}
        add = (
            "insert into accounts (email, name, role, merchant_id, password_hash)"
            " values (%s, %s, %s, %s, %s) returning id"
        )
        accounts = {name: one(add, emails[name], name, role, of, hashed) for name, (role, of) in people.items()}
    return World(accounts, emails, merchant, other, products, other_product)


def seen_by_edge(address: str) -> dict[str, str]:
    """The headers with which the edge names the address of a client."""
    return {KEY_HEADER: EDGE_KEY, "X-Forwarded-For": address}


class Api:
    """An api process, and ways to ask it things with the accounts of a world."""

    def __init__(self, process: ServingProcess, world: World) -> None:
        self.process = process
        self.port, self.url = process.port, process.url
        self.child = process.child
        self.world = world
        self._tokens: dict[str, str] = {}

    def for_others(self, world: World) -> "Api":
        """The same process, asked by the accounts of another world."""
        return Api(self.process, world)

    def ask(
        self, method: str, path: str, *, who: str | None = None, token: str | None = None, **request: Any
    ) -> requests.Response:
        headers = dict(request.pop("headers", None) or {})
        if who is not None:
            token = self.token(who)
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return requests.request(method, self.url + path, headers=headers, timeout=20, **request)

    def sign_in(self, who: str) -> dict[str, Any]:
        credentials = {"email": self.world.emails[who], "password": PASSWORD}
        answer = self.ask("POST", "/v1/auth/token", json=credentials)
        assert answer.status_code == 200, answer.text
        tokens: dict[str, Any] = answer.json()
        return tokens

    def token(self, who: str) -> str:
        if who not in self._tokens:
            self._tokens[who] = str(self.sign_in(who)["access_token"])
        return self._tokens[who]

    def order_body(self, **changes: object) -> dict[str, Any]:
        items = [{"product_id": str(self.world.products[0]), "quantity": 2}]
        return {"merchant_id": str(self.world.merchant), "items": items, "payment_token": "tok_ok"} | changes

    def place(self, who: str = "customer", key: str | None = None, **changes: object) -> requests.Response:
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        return self.ask("POST", "/v1/orders", who=who, json=self.order_body(**changes), headers=headers)


Serve = Callable[..., Api]
"""Starts an api process with these settings."""
