"""A client that speaks HTTPS to a platform, and nothing else."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import requests

from tests.support.demo import MARGHERITA, PIZZERIA
from tests.support.waiting import until

ANSWER_SECONDS = 20
STREAM_SECONDS = (5, 30)
"""To connect, and between two pieces of a stream."""


class Client:
    """One account, signed in when this is made."""

    def __init__(self, port: int, authority: Path, secrets: Path, email: str) -> None:
        """authority: the one certificate authority that is trusted. secrets: a secrets.json, for the password."""
        self._url = f"https://localhost:{port}"
        self._session = requests.Session()
        self._session.trust_env = False  # an authority named in the environment would win over the platform's own
        self._session.verify = str(authority)
        password = json.loads(secrets.read_text("utf-8"))["accounts"][email]
        answer = self.ask("POST", "/v1/auth/token", json={"email": email, "password": password})
        assert answer.status_code == 200, answer.text
        self._session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def ask(self, method: str, path: str, **request: Any) -> requests.Response:
        return self._session.request(method, self._url + path, timeout=ANSWER_SECONDS, **request)

    def get(self, path: str, **headers: str) -> requests.Response:
        return self.ask("GET", path, headers=headers)

    def post(self, path: str, body: object = None, **headers: str) -> requests.Response:
        return self.ask("POST", path, json=body, headers=headers)

    def put(self, path: str, body: object) -> requests.Response:
        return self.ask("PUT", path, json=body)

    def place(
        self, product: str = MARGHERITA, quantity: int = 1, token: str = "tok_ok", merchant: str = PIZZERIA
    ) -> str:
        """Places an order, which must be accepted; its id."""
        items = [{"product_id": product, "quantity": quantity}]
        body = {"merchant_id": merchant, "items": items, "payment_token": token}
        answer = self.post("/v1/orders", body, **{"Idempotency-Key": str(uuid4())})
        assert answer.status_code == 202, answer.text
        order_id: str = answer.json()["id"]
        assert answer.headers["Location"].endswith(order_id)
        return order_id

    def order(self, order_id: str) -> dict[str, Any]:
        """As it is now."""
        answer = self.get(f"/v1/orders/{order_id}")
        assert answer.status_code == 200, answer.text
        order: dict[str, Any] = answer.json()
        return order

    def sees(self, order_id: str, event: str) -> dict[str, Any]:
        """Asks until the order's timeline ends with this event; the order."""
        until(
            lambda: self.order(order_id)["timeline"][-1]["type"] == event,
            f"{event} of the order {order_id}",
            look_seconds=0.1,
        )
        return self.order(order_id)

    def watch(self, path: str, **headers: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """The messages of a live stream: id, event, data. Ends with the stream."""
        with self._session.get(self._url + path, headers=headers, stream=True, timeout=STREAM_SECONDS) as answer:
            assert answer.status_code == 200, answer.text
            fields: dict[str, str] = {}
            for line in map(bytes.decode, answer.iter_lines(chunk_size=1)):
                if line and not line.startswith(":"):
                    name, _, value = line.partition(": ")
                    fields[name] = value
                elif not line and "data" in fields:
                    yield fields.get("id", ""), fields.get("event", "message"), json.loads(fields["data"])
                    fields = {}
