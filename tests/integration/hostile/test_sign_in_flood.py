"""A flood of sign-ins costs the flooder its turn, and costs no other client an order."""

import json
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from tests.integration.hostile.edge import MakeEdge
from tests.integration.hostile.raw import request, status
from tests.support.api import Serve

ATTEMPTS = 300
ORDERS = 15
LIMIT = 20


def test_a_flood_is_refused_and_orders_go_on(make_edge: MakeEdge, serve: Serve) -> None:
    api = serve(sign_in_limit=f"{LIMIT} per minute")
    edge = make_edge({"api": api.port, "live": api.port})
    token = api.token("customer")  # not through the edge, so the edge does not count it
    target = edge.target()

    def attempt(number: int) -> bytes:
        body = json.dumps({"email": f"nobody{number % 7}@pedidos.example", "password": f"guess {number}"}).encode()
        # The edge sets the client's address; what a client claims about itself is ignored.
        made_up = (f"X-Forwarded-For: 192.0.2.{number % 250}", "X-Real-IP: 192.0.2.1", "Forwarded: for=192.0.2.9")
        sized = ("Content-Type: application/json", f"Content-Length: {len(body)}")
        return target.say(request("POST /v1/auth/token HTTP/1.1", *sized, *made_up, body=body))

    with ThreadPoolExecutor(16) as flood:
        attempts = [flood.submit(attempt, number) for number in range(ATTEMPTS)]
        placed = [edge.place(token, api.order_body()).status_code for _ in range(ORDERS)]
        answers = [each.result(60) for each in attempts]
    assert placed == [202] * ORDERS
    counted = Counter(map(status, answers))
    assert {401, 429} <= set(counted) <= {401, 429, 503}  # 503: too many passwords wait to be hashed
    # A new minute may begin during the flood.
    assert counted[401] <= 2 * LIMIT
    for refused in (answer for answer in answers if status(answer) == 429):
        wait = re.search(rb"\r\nretry-after: (\d+)\r\n", refused, re.IGNORECASE)
        assert wait is not None
        assert 1 <= int(wait[1]) <= 61  # the window's end is rounded up to a whole second
        assert b"/problems/too-many-requests" in refused
