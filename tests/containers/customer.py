"""A customer of the stack, who speaks HTTPS to the edge and trusts its authority alone."""

import json
import time
from typing import Any
from uuid import uuid4

import requests

from tests.containers.stack import Stack, until

EMAIL = "customer@pedidos.example"
PIZZERIA = "01900000-0000-7000-8000-000000000001"
MARGHERITA = "01900000-0000-7000-8000-000000000101"
ACCEPTED_SECONDS = 60.0


class Customer:
    """Signed in once; it tries again while the platform says that it is not available."""

    def __init__(self, stack: Stack) -> None:
        self._url = f"https://localhost:{stack.port}"
        self._session = requests.Session()
        self._session.trust_env = False  # an authority named in the environment would win over the stack's own
        self._session.verify = str(stack.ca_file)
        passwords = json.loads((stack.secrets / "secrets.json").read_text("utf-8"))["accounts"]
        answer = self._request("POST", "/v1/auth/token", json={"email": EMAIL, "password": passwords[EMAIL]})
        assert answer.status_code == 200, answer.text
        self._session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def order(self, token: str = "tok_ok") -> str:
        """Places an order, which must be accepted; its id."""
        items = [{"product_id": MARGHERITA, "quantity": 1}]
        body = {"merchant_id": PIZZERIA, "items": items, "payment_token": token}
        answer = self._request("POST", "/v1/orders", json=body, headers={"Idempotency-Key": str(uuid4())})
        assert answer.status_code == 202, answer.text
        order_id: str = answer.json()["id"]
        return order_id

    def look(self, order_id: str) -> dict[str, Any]:
        answer = self._request("GET", f"/v1/orders/{order_id}")
        assert answer.status_code == 200, answer.text
        order: dict[str, Any] = answer.json()
        return order

    def sees_confirmed(self, *order_ids: str) -> None:
        for order_id in order_ids:
            until(lambda each=order_id: self.look(each)["status"] == "confirmed", f"order {order_id} is confirmed")

    def first_of_stream(self, order_id: str) -> str:
        """The type of the first event on the order's live stream."""
        path = f"{self._url}/v1/orders/{order_id}/events"
        with self._session.get(path, stream=True, timeout=(5, 30)) as answer:
            assert answer.status_code == 200, answer.text
            lines = answer.iter_lines(chunk_size=1, decode_unicode=True)
            return next(line.removeprefix("event: ") for line in lines if line.startswith("event: order."))

    def _request(self, method: str, path: str, **more: Any) -> requests.Response:
        deadline = time.monotonic() + ACCEPTED_SECONDS
        while True:
            try:
                answer = self._session.request(method, self._url + path, timeout=20, **more)
            except requests.ConnectionError:
                if time.monotonic() > deadline:
                    raise
            else:
                if answer.status_code not in {429, 503} or time.monotonic() > deadline:
                    return answer
            time.sleep(0.3)
