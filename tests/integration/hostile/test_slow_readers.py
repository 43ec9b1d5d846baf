"""Clients that ask for large answers and do not read them hold no thread and no connection of the api."""

import pytest

from pedidos.http.static_files import address
from pedidos_bench.attacks import http2_frames
from pedidos_bench.attacks.aim import Aim
from pedidos_bench.attacks.attacking import attacking
from tests.integration.hostile.edge import Edge
from tests.support.api import Api

SCRIPT = address("js/swagger-ui-bundle.js")
LISTED = 60
ORDERS = 10


@pytest.mark.parametrize("attack", ["assets-unread", "openapi-unread", "lists-unread", "assets-unread-http1"])
def test_orders_go_on(edge: Edge, api: Api, attack: str) -> None:
    for _ in range(LISTED):
        assert api.place("customer2").status_code == 202
    aim = Aim("localhost", edge.port, str(edge.authority), api.port, [api.token("customer2")], [])
    with attacking(attack, aim):
        placed = [edge.place(api.token("customer"), api.order_body()).status_code for _ in range(ORDERS)]
    assert placed == [202] * ORDERS


def test_an_answer_of_which_nothing_is_taken_is_ended(edge: Edge) -> None:
    with edge.target("h2").connect() as connection, connection.makefile("rb") as answer:
        connection.sendall(http2_frames.greeting(window=0) + http2_frames.get(0, f"localhost:{edge.port}", SCRIPT))
        kinds: list[int] = []
        while http2_frames.RST_STREAM not in kinds:
            length, kind = answer.read(3), answer.read(1)
            answer.read(1 + 4 + int.from_bytes(length, "big"))
            kinds += kind
    assert http2_frames.DATA not in kinds
