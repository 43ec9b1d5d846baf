"""People who speak HTTPS to a platform, and nothing else."""

import json
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import requests

from tests.support.platform import Platform

PIZZERIA = "01900000-0000-7000-8000-000000000001"
CLOSED_BAKERY = "01900000-0000-7000-8000-000000000003"
MARGHERITA = "01900000-0000-7000-8000-000000000101"
ONLY_TEN = "01900000-0000-7000-8000-000000000104"
CHEESE_BREAD = "01900000-0000-7000-8000-000000000301"

WAIT_SECONDS = 60.0


class ApiClient:
    """One account, signed in at the first request."""

    def __init__(self, platform: Platform, email: str) -> None:
        self._url = f"https://localhost:{platform.port_base}"
        self._session = requests.Session()
        self._session.trust_env = False  # an authority named in the environment would win over the platform's own
        self._session.verify = str(platform.state_dir / "certificates" / "ca.pem")
        secrets = json.loads((platform.state_dir / "secrets.json").read_text("utf-8"))
        credentials = {"email": email, "password": secrets["accounts"][email]}
        answer = self._session.post(f"{self._url}/v1/auth/token", json=credentials, timeout=10)
        answer.raise_for_status()
        self._session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def get(self, path: str, **headers: str) -> requests.Response:
        return self._session.get(self._url + path, headers=headers, timeout=10)

    def post(self, path: str, body: object = None, **headers: str) -> requests.Response:
        return self._session.post(self._url + path, json=body, headers=headers, timeout=10)

    def put(self, path: str, body: object) -> requests.Response:
        return self._session.put(self._url + path, json=body, timeout=10)

    def order(
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

    def sees(self, order_id: str, event: str) -> dict[str, Any]:
        """Asks until the order's timeline ends with this event; the order."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            order: dict[str, Any] = self.get(f"/v1/orders/{order_id}").json()
            if order["timeline"][-1]["type"] == event:
                return order
            assert time.monotonic() < deadline, f"still {order['status']}: {order}"
            time.sleep(0.1)

    def watch(self, path: str, **headers: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """The messages of a live stream: id, event, data. Ends with the stream."""
        with self._session.get(self._url + path, headers=headers, stream=True, timeout=(5, 30)) as answer:
            assert answer.status_code == 200, answer.text
            fields: dict[str, str] = {}
            for line in answer.iter_lines(chunk_size=1, decode_unicode=True):
                if line and not line.startswith(":"):
                    name, _, value = line.partition(": ")
                    fields[name] = value
                elif not line and "data" in fields:
                    yield fields.get("id", ""), fields.get("event", "message"), json.loads(fields["data"])
                    fields = {}
