"""A bench of tokens: each is presented to the running platform, which has to refuse it."""

import asyncio
import json
import ssl
import time
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

import jwt
from aiohttp import ClientSession, TCPConnector
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pedidos.security.keys import ALGORITHM, SIGNING_FILE, public_jwk, read_signing_key
from pedidos.security.tokens import AUDIENCE, CLIENT, ISSUER, TYPE
from pedidos.setup.demo_accounts import ACCOUNTS
from pedidos_classroom.experiments.measures.claim import claim
from pedidos_classroom.experiments.running import Trouble
from pedidos_classroom.experiments.telling import Teller
from pedidos_drills.ledger.verdict import Verdict
from pedidos_local import credentials
from pedidos_local.layout import Layout
from pedidos_local.settings import PlatformSettings

LIFE_SECONDS = 300
OWNER, THIEF = "a customer's browser", "another browser"

CUSTOMERS = [account.email for account in ACCOUNTS if account.role == "customer"]


async def carry_out(settings: PlatformSettings, teller: Teller) -> None:
    """Tells for each token whether it was refused, and with what."""
    passwords = credentials.read(Layout.of(settings).secrets_file).accounts
    context = ssl.create_default_context(cafile=settings.ca_file)
    async with ClientSession(str(settings.public_url), connector=TCPConnector(ssl=context)) as session:
        bench = Bench(session, passwords)
        teller.step("ordering")
        own, own_order = await bench.customer_with_order(CUSTOMERS[0])
        stranger = await bench.sign_in(CUSTOMERS[1])
        teller.step("presenting")
        key = await asyncio.to_thread(read_signing_key, settings.keys_dir / SIGNING_FILE)
        claims = [await bench.accepted("token_good", own["access_token"], own_order)]
        for name, token in _forged(key, own["access_token"]).items():
            claims.append(await bench.refused(name, token, own_order, 401))
        claims.append(await bench.refused("token_of_another", stranger["access_token"], own_order, 404))
        claims.append(await bench.reused(own["refresh_token"]))
    teller.verdicts(claims)


class Bench:
    """Presents tokens, and notes the answers."""

    def __init__(self, session: ClientSession, passwords: Mapping[str, str]) -> None:
        self._session = session
        self._passwords = passwords

    async def sign_in(self, email: str) -> dict[str, Any]:
        body, headers = {"email": email, "password": self._passwords[email]}, {"User-Agent": OWNER}
        async with self._session.post("/v1/auth/token", json=body, headers=headers) as answer:
            answer.raise_for_status()
            pair: dict[str, Any] = await answer.json()
            return pair

    async def customer_with_order(self, email: str) -> tuple[dict[str, Any], str]:
        """Someone who has signed in, and an order of theirs."""
        pair = await self.sign_in(email)
        headers = _bearer(pair["access_token"])
        merchant, product = await self._something_to_order(headers)
        body = {
            "merchant_id": merchant,
            "items": [{"product_id": product, "quantity": 1}],
            "payment_token": "tok_ok",
        }
        key = {"Idempotency-Key": str(uuid.uuid4())}
        async with self._session.post("/v1/orders", json=body, headers=headers | key) as answer:
            answer.raise_for_status()
            return pair, (await answer.json())["id"]

    async def _something_to_order(self, headers: Mapping[str, str]) -> tuple[str, str]:
        """The id of a merchant with opening hours, and of a product in stock. Raises Trouble."""
        for merchant in await self._items("/v1/merchants", headers):
            for product in await self._items(f"/v1/merchants/{merchant['id']}/products", headers):
                if merchant["hours"] and product["on_hand"] > 0:
                    return merchant["id"], product["id"]
        raise Trouble("No merchant has anything to sell: `pedidos setup data` loads the demo catalogue.")

    async def _items(self, path: str, headers: Mapping[str, str]) -> list[dict[str, Any]]:
        async with self._session.get(path, headers=headers) as answer:
            answer.raise_for_status()
            items: list[dict[str, Any]] = (await answer.json())["items"]
            return items

    async def accepted(self, name: str, token: str, order_id: str) -> Verdict:
        status, _ = await self._ask(token, order_id)
        return claim(name, {"status": status}, holds=status == 200)

    async def refused(self, name: str, token: str, order_id: str, wanted: int) -> Verdict:
        """The claim that the token is answered with this status; the reason that was given is a finding if not."""
        status, said = await self._ask(token, order_id)
        return claim(name, {"status": status}, holds=status == wanted, against=said)

    async def reused(self, refresh_token: str) -> Verdict:
        """The claim that a refresh token which comes again from another client ends the whole family of its tokens.
        From the same client it may be a repetition, because the answer got lost."""
        second = await self._refresh(refresh_token, OWNER)
        stolen = await self._refresh(refresh_token, THIEF)
        newest = await self._refresh(second.get("refresh_token", ""), OWNER)
        held = "refresh_token" in second and "refresh_token" not in stolen and "refresh_token" not in newest
        return claim("token_reused", {"status": int(newest.get("status", 0))}, holds=held)

    async def _refresh(self, refresh_token: str, agent: str) -> dict[str, Any]:
        body = {"refresh_token": refresh_token}
        async with self._session.post("/v1/auth/refresh", json=body, headers={"User-Agent": agent}) as answer:
            parsed: dict[str, Any] = await answer.json()
            return parsed

    async def _ask(self, token: str, order_id: str) -> tuple[int, str]:
        async with self._session.get(f"/v1/orders/{order_id}", headers=_bearer(token)) as answer:
            return answer.status, str((await answer.json()).get("detail", ""))


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _forged(key: Ed25519PrivateKey, good: str) -> dict[str, str]:
    """Tokens that must be refused, each for one reason only. key: the platform's own, as if the issuer itself erred."""
    claims = jwt.decode(good, options={"verify_signature": False})
    now = int(time.time())
    fresh = {**claims, "iss": ISSUER, "aud": AUDIENCE, "client_id": CLIENT, "iat": now, "exp": now + LIFE_SECONDS}
    header = {"kid": public_jwk(key.public_key())["kid"], "typ": TYPE}
    head, body, signature = good.split(".")

    def signed(with_key: Ed25519PrivateKey = key, typ: str = TYPE, **changed: object) -> str:
        return jwt.encode({**fresh, **changed}, with_key, algorithm=ALGORITHM, headers={**header, "typ": typ})

    return {
        "token_alg_none": f"{_part({**header, 'alg': 'none'})}.{body}.",
        "token_changed": f"{head}.{_part({**claims, 'role': 'operator'})}.{signature}",
        "token_other_key": signed(Ed25519PrivateKey.generate()),
        "token_other_audience": signed(aud="another-service"),
        "token_other_issuer": signed(iss="https://issuer.example"),
        "token_expired": signed(iat=now - 2 * LIFE_SECONDS, exp=now - LIFE_SECONDS),
        "token_other_type": signed(typ="JWT"),
    }


def _part(value: Mapping[str, object]) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
