"""Sign-ins and registrations from many addresses at once take a limited memory, and cost no client an order."""

import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import psutil
import requests

from tests.support.api import Api, Serve

AT_ONCE = 40
ATTEMPTS = 200
ORDERS = 20
MOST_MIB = 320
"""Far below the 512 MiB of the container. The process has about 140 before, and with 32 hashing threads over 700."""


def test_memory_is_limited_and_orders_go_on(serve: Serve) -> None:
    api = serve(sign_in_limit="100000 per minute")
    api.token("customer")

    def attempt(number: int) -> requests.Response:
        account = {"email": f"{uuid.uuid4().hex}@pedidos.example", "password": f"a long one, number {number}"}
        if number % 2:
            return api.ask("POST", "/v1/auth/token", json=account)
        return api.ask("POST", "/v1/accounts", json={**account, "name": "Eva"})

    with ThreadPoolExecutor(AT_ONCE) as flood:
        attempts = [flood.submit(attempt, number) for number in range(ATTEMPTS)]
        placed = [api.place().status_code for _ in range(ORDERS)]
        answers = [each.result(60) for each in attempts]
    assert placed == [202] * ORDERS
    counted = Counter(answer.status_code for answer in answers)
    assert set(counted) <= {202, 401, 503}
    assert counted[503]
    assert counted[202] + counted[401]  # refusals are quick: on a busy machine, few get a turn, of either kind
    for refused in (answer for answer in answers if answer.status_code == 503):
        assert refused.headers["Retry-After"] == "1"
        assert refused.json()["type"] == "/problems/busy"
    assert memory_mib(api) < MOST_MIB


def memory_mib(api: Api) -> float:
    """What the process and its worker have now; malloc gives none of it back to the system soon."""
    root = psutil.Process(api.child.pid)
    return sum(float(each.memory_info().rss) for each in (root, *root.children(recursive=True))) / 2**20
