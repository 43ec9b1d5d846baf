"""A customer of the stack, who speaks HTTPS to the edge and trusts its authority alone."""

from typing import Any

import requests

from tests.containers.stack import Stack
from tests.support.client import Client
from tests.support.demo import CUSTOMER
from tests.support.waiting import until

UNAVAILABLE = {429, 503}


class Customer(Client):
    """It tries again while the platform says that it is not available, and while nothing listens."""

    def __init__(self, stack: Stack) -> None:
        super().__init__(stack.port, stack.ca_file, stack.secrets / "secrets.json", CUSTOMER)

    def ask(self, method: str, path: str, **request: Any) -> requests.Response:
        answers: list[requests.Response] = []

        def answered() -> bool:
            try:
                answers.append(super(Customer, self).ask(method, path, **request))
            except requests.ConnectionError:
                return False
            return answers[-1].status_code not in UNAVAILABLE

        until(answered, f"an answer to {method} {path}", look_seconds=0.3)
        return answers[-1]

    def once(self, path: str, **headers: str) -> requests.Response:
        """The answer to a GET, also if it says that the platform is not available."""
        return super().ask("GET", path, headers=headers)

    def sees_confirmed(self, *order_ids: str) -> None:
        for order_id in order_ids:
            self.sees(order_id, "order.confirmed")

    def first_of_stream(self, order_id: str) -> str:
        """The type of the first event on the order's live stream."""
        return next(kind for _, kind, _ in self.watch(f"/v1/orders/{order_id}/events") if kind.startswith("order."))
