"""Every attack can be named, sent and told from the others."""

from pedidos_bench.attacks.aim import Aim
from pedidos_bench.attacks.floods import request
from pedidos_bench.attacks.table import ATTACKS

AIM = Aim("localhost", 8400, "ca.pem", 8410, ["token"], ["{}"])


def test_each_says_what_it_sends() -> None:
    assert len({attack.about for attack in ATTACKS.values()}) == len(ATTACKS)


def test_a_request_has_the_length_of_its_body() -> None:
    head, _, body = request(AIM, "POST", "/v1/auth/token", {"email": "a@b"}, {"X-A": "b"}).partition(b"\r\n\r\n")
    assert head.startswith(b"POST /v1/auth/token HTTP/1.1\r\nHost: localhost:8400\r\n")
    assert f"Content-Length: {len(body)}".encode() in head
    assert head.endswith(b"X-A: b")
