"""Keys are rotated while clients work: none of them notices. Tokens with unknown keys cause no work beyond a stat."""

import operator
import uuid
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from threading import Event

import jwt
import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pedidos.security.rotation import discard, rotate
from tests.support.api import Api
from tests.support.processes import LiveProcess
from tests.support.waiting import until

CLIENTS = 4


def kid(token: str) -> str:
    found: str = jwt.get_unverified_header(token)["kid"]
    return found


def stream(live: LiveProcess, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    with requests.get(live.own(), headers=headers, stream=True, timeout=20) as answer:
        status: int = answer.status_code
        return status


def test_two_rotations_refuse_no_token_and_end_no_session(api: Api, live: LiveProcess, keys_dir: Path) -> None:
    over = Event()
    rounds = [0] * CLIENTS

    def client(number: int) -> list[str]:
        """Orders, watches and refreshes; returns its access tokens. Each of them must be good everywhere."""
        tokens = api.sign_in("customer")
        held = [str(tokens["access_token"])]
        while not over.is_set():
            tokens = api.ask("POST", "/v1/auth/refresh", json={"refresh_token": tokens["refresh_token"]}).json()
            held.append(tokens["access_token"])
            for token in (held[0], held[-1]):
                headers = {"Idempotency-Key": uuid.uuid4().hex}
                placed = api.ask("POST", "/v1/orders", token=token, json=api.order_body(), headers=headers)
                assert placed.status_code == 202, placed.text
                assert stream(live, token) == 200
            rounds[number] += 1
        return held

    with ThreadPoolExecutor(CLIENTS) as pool:
        clients = [pool.submit(client, number) for number in range(CLIENTS)]

        def await_two_rounds() -> None:
            enough = [done + 2 for done in rounds]
            until(
                lambda: all(map(operator.ge, rounds, enough)) or any(each.done() for each in clients),
                "two rounds of each client",
            )

        try:
            await_two_rounds()
            for _ in range(2):
                rotate(keys_dir, at_once=True)
                await_two_rounds()
        finally:
            over.set()
        held = [each.result() for each in clients]
    kids = {kid(token) for tokens in held for token in tokens}
    assert len(kids) == 3
    assert {each["kid"] for each in api.ask("GET", "/.well-known/jwks.json").json()["keys"]} >= kids


def test_a_refresh_can_be_repeated_across_a_rotation(api: Api, keys_dir: Path) -> None:
    first = api.sign_in("customer")["refresh_token"]
    answers = []
    for _ in range(3):
        answers.append(api.ask("POST", "/v1/auth/refresh", json={"refresh_token": first}))
        rotate(keys_dir, at_once=True)
    assert [answer.status_code for answer in answers] == [200] * 3
    assert all(one.json()["refresh_token"] == other.json()["refresh_token"] for one, other in pairwise(answers))


def test_a_flood_of_unknown_keys_is_refused_and_others_are_served(api: Api, live: LiveProcess, keys_dir: Path) -> None:
    token = api.sign_in("customer")["access_token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    foreign = Ed25519PrivateKey.generate()

    def forged(number: int) -> str:
        header = {"kid": f"unknown-{number}", "typ": "at+jwt"}
        return jwt.encode(claims, foreign, algorithm="EdDSA", headers=header)

    with ThreadPoolExecutor(8) as pool:
        statuses = set(pool.map(lambda n: api.ask("GET", "/v1/me", token=forged(n)).status_code, range(500)))
        statuses |= set(pool.map(lambda n: stream(live, forged(n)), range(200)))
        assert statuses == {401}
        rotate(keys_dir, at_once=True)
        renewed = api.sign_in("customer")["access_token"]
        assert stream(live, renewed) == stream(live, token) == 200


def test_tokens_of_a_discarded_key_are_refused_and_a_refresh_gives_good_ones(
    api: Api, live: LiveProcess, keys_dir: Path
) -> None:
    session = api.sign_in("customer")
    old = session["access_token"]
    assert api.ask("GET", "/v1/me", token=old).status_code == 200
    assert stream(live, old) == 200
    discard(keys_dir)
    until(lambda: api.ask("GET", "/v1/me", token=old).status_code == 401, "the api to refuse the token")
    until(lambda: stream(live, old) == 401, "live to refuse the token")
    renewed = api.ask("POST", "/v1/auth/refresh", json={"refresh_token": session["refresh_token"]}).json()
    assert api.ask("GET", "/v1/me", token=renewed["access_token"]).status_code == 200
    assert stream(live, renewed["access_token"]) == 200
