"""Orders of the demo's customer at the demo's shop, and the shop's steps, through the API."""

import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import httpx2

from pedidos.setup import demo, demo_accounts
from pedidos_local import credentials
from pedidos_local.layout import Layout
from pedidos_local.settings import PlatformSettings

MERCHANT = "merchant@pedidos.example"
ANSWER_SECONDS = 20.0
PATIENCE_SECONDS = 30.0
LOOK_SECONDS = 0.05


class NotMoved(Exception):
    """The platform refused something, or the order did not come to a state in time."""


class DemoPeople:
    """The customer and the shop, signed in. Made by signed_in()."""

    def __init__(self, http: httpx2.Client, customer: str, merchant: str, trace_key: str | None) -> None:
        """customer, merchant: their access tokens."""
        self._http = http
        self._customer = {"Authorization": f"Bearer {customer}"}
        self._merchant = {"Authorization": f"Bearer {merchant}"}
        self._traced = {"Pedidos-Trace-Key": trace_key} if trace_key else {}

    def place(self) -> str:
        """The customer places an order, which is traced. Returns its id."""
        items = [{"product_id": str(demo.PRODUCTS[0].id), "quantity": 1}]
        body = {"merchant_id": str(demo.PIZZERIA), "items": items, "payment_token": "tok_ok"}
        headers = {**self._customer, **self._traced, "Idempotency-Key": str(uuid4())}
        return str(_told(self._http.post("/v1/orders", json=body, headers=headers))["id"])

    def order(self, order_id: str) -> dict[str, Any]:
        """The order as it is now, with its timeline."""
        return _told(self._http.get(f"/v1/orders/{order_id}", headers=self._customer))

    def until(self, order_id: str, status: str) -> None:
        """Returns when the order is in this state. Raises NotMoved."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.order(order_id)["status"] != status:
            if time.monotonic() > deadline:
                raise NotMoved(f"the order {order_id} was not {status} within {PATIENCE_SECONDS:.0f} s")
            time.sleep(LOOK_SECONDS)

    def move(self, order_id: str, verb: str) -> None:
        """The shop moves the order: prepare, dispatch, deliver."""
        _told(self._http.post(f"/v1/orders/{order_id}/{verb}", headers=self._merchant))


@contextmanager
def signed_in(settings: PlatformSettings, layout: Layout) -> Iterator[DemoPeople]:
    """settings, layout: of a platform that runs, with its demo data. Raises NotMoved."""
    passwords = credentials.read(layout.secrets_file).accounts
    context = ssl.create_default_context(cafile=str(settings.ca_file))
    with httpx2.Client(
        base_url=str(settings.public_url), verify=context, trust_env=False, timeout=ANSWER_SECONDS
    ) as http:

        def token(email: str) -> str:
            body = {"email": email, "password": passwords[email]}
            return str(_told(http.post("/v1/auth/token", json=body))["access_token"])

        yield DemoPeople(http, token(demo_accounts.CUSTOMER), token(MERCHANT), settings.trace_key)


def _told(answer: httpx2.Response) -> dict[str, Any]:
    if answer.is_error:
        raise NotMoved(f"{answer.request.url.path} was answered with {answer.status_code}: {answer.text[:200]}")
    told: dict[str, Any] = answer.json()
    return told
