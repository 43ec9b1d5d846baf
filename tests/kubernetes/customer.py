"""A customer of the release, who speaks HTTPS to the edge. What it is answered to orders is kept for the ledger."""

import time
from typing import Any

import requests

from pedidos.setup.demo import demo_id
from pedidos.setup.demo_accounts import ACCOUNTS
from pedidos_drills.ledger import Answered
from tests.kubernetes.release import NODE_PORT, Release
from tests.support.client import Client
from tests.support.demo import CUSTOMER

(NUMBER,) = (account.number for account in ACCOUNTS if account.email == CUSTOMER)


class Customer(Client):
    """answers: to which its own are added."""

    def __init__(self, release: Release, answers: list[Answered]) -> None:
        self._answers = answers
        super().__init__(NODE_PORT, release.ca_file, release.secrets_file, CUSTOMER)

    def ask(self, method: str, path: str, **request: Any) -> requests.Response:
        began = time.monotonic()
        answer = super().ask(method, path, **request)
        if (method, path) == ("POST", "/v1/orders"):
            key, now = request["headers"]["Idempotency-Key"], time.monotonic()
            order_id = answer.json().get("id")
            self._answers.append(Answered(key, str(demo_id(NUMBER)), answer.status_code, order_id, now, now - began))
        return answer

    def sees_confirmed(self, *order_ids: str) -> None:
        for order_id in order_ids:
            self.sees(order_id, "order.confirmed")
