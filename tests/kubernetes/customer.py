"""A customer of the release, who speaks HTTPS to the edge. What it is answered to orders is kept for the ledger.

It tries again while the platform says that it is not available: the edge learns of the first pod of a kind when the
name server has forgotten that there was none.
"""

import time
from typing import Any

import requests

from pedidos.setup.demo import demo_id
from pedidos.setup.demo_accounts import ACCOUNTS
from pedidos_drills.ledger.records import Answered
from tests.kubernetes.release import NODE_PORT, Release
from tests.support.client import Client
from tests.support.demo import CUSTOMER
from tests.support.waiting import until

(NUMBER,) = (account.number for account in ACCOUNTS if account.email == CUSTOMER)


class Customer(Client):
    """answers: to which its own are added. port: of the edge."""

    def __init__(self, release: Release, answers: list[Answered], port: int = NODE_PORT) -> None:
        self._answers = answers
        super().__init__(port, release.ca_file, release.secrets_file, CUSTOMER)

    def ask(self, method: str, path: str, **request: Any) -> requests.Response:
        began = time.monotonic()
        found: list[requests.Response] = []

        def answered() -> bool:
            found.append(super(Customer, self).ask(method, path, **request))
            return found[-1].status_code != 503

        until(answered, f"an answer to {method} {path}", look_seconds=0.3)
        answer = found[-1]
        if (method, path) == ("POST", "/v1/orders"):
            key, now = request["headers"]["Idempotency-Key"], time.monotonic()
            order_id = answer.json().get("id")
            self._answers.append(Answered(key, str(demo_id(NUMBER)), answer.status_code, order_id, now, now - began))
        return answer

    def sees_confirmed(self, *order_ids: str) -> None:
        for order_id in order_ids:
            self.sees(order_id, "order.confirmed")
