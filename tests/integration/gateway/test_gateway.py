"""The simulator over HTTP: every test token, keys, undoing, crashes, faults."""

import asyncio
import json
import signal
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from pedidos_gateway.serving import BOOK_CHUNK
from pedidos_gateway.tokens import SILENCE_SECONDS
from tests.support.processes import ADMIN_KEY, PLATFORM_KEY, GatewayProcess, bearer
from tests.support.waiting import LOOK_SECONDS, WAIT_SECONDS

Answered = tuple[int, dict[str, Any]]


class Http:
    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    async def charge(self, key: str, token: str = "tok_ok", amount: Any = 100, seconds: float = 10) -> Answered:
        return await self._ask(
            "POST", "/v1/charges", {"amount_cents": amount, "token": token}, {"Idempotency-Key": key}, seconds
        )

    async def find(self, key: str) -> Answered:
        return await self._ask("GET", f"/v1/charges/{key}")

    async def until(self, key: str, status: str) -> None:
        """Returns when the charge has this status."""
        async with asyncio.timeout(WAIT_SECONDS):
            while (await self.find(key))[1].get("status") != status:
                await asyncio.sleep(LOOK_SECONDS)

    async def undo(self, key: str) -> Answered:
        return await self._ask("POST", f"/v1/charges/{key}/undo")

    async def faults(self, **faults: Any) -> Answered:
        return await self._ask("PUT", "/v1/faults", faults, bearer(ADMIN_KEY))

    async def book(self) -> list[dict[str, Any]]:
        async with self._session.get(f"{self._url}/v1/book", headers=bearer(ADMIN_KEY)) as response:
            return [json.loads(line) for line in (await response.read()).splitlines()]

    async def money(self, key: str) -> tuple[int, int]:
        """(captured, refunded) in cents, by the book."""
        entries = [e for e in await self.book() if e["key"] == key]
        captured = sum(e["amount_cents"] for e in entries if e["entry"] == "charge" and e["reference"])
        return captured, sum(e["amount_cents"] for e in entries if e["entry"] == "refund")

    async def _ask(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, seconds: float = 10
    ) -> Answered:
        async with self._session.request(
            method,
            self._url + path,
            json=body,
            headers=bearer(PLATFORM_KEY) | (headers or {}),
            timeout=aiohttp.ClientTimeout(seconds),
        ) as response:
            return response.status, await response.json(content_type=None)


def drive(gateway: GatewayProcess, scenario: Any) -> Any:
    async def run() -> Any:
        async with aiohttp.ClientSession() as session:
            return await scenario(Http(session, gateway.url))

    return asyncio.run(run())


def key() -> str:
    return f"charge:{uuid4()}"


@pytest.mark.parametrize(
    ("token", "status", "reason"),
    [
        ("tok_ok", "captured", None),
        ("tok_declined", "declined", "insufficient_funds"),
        ("tok_stolen", "declined", "unknown_token"),
        ("tok_slow", "captured", None),
    ],
)
def test_same_key_same_answer(gateway: GatewayProcess, token: str, status: str, reason: str | None) -> None:
    async def scenario(http: Http) -> None:
        name = key()
        code, first = await http.charge(name, token)
        assert (code, first["status"], first["reason"], first["amount_cents"]) == (201, status, reason, 100)
        assert await http.charge(name, token) == (200, first)
        assert await http.find(name) == (200, first)
        assert (await http.charge(name, token, 101))[0] == 422
        assert await http.money(name) == ((100, 0) if status == "captured" else (0, 0))

    drive(gateway, scenario)


@pytest.mark.parametrize(
    ("token", "charged"), [("tok_error_then_ok", False), ("tok_error_after_charge", True), ("tok_cut", False)]
)
def test_first_request_goes_wrong(gateway: GatewayProcess, token: str, charged: bool) -> None:
    async def scenario(http: Http) -> None:
        name = key()
        if token == "tok_cut":
            with pytest.raises(aiohttp.ServerDisconnectedError):
                await http.charge(name, token)
        else:
            assert (await http.charge(name, token))[0] == 500
        assert await http.money(name) == ((100, 0) if charged else (0, 0))
        code, answer = await http.charge(name, token)
        assert (code, answer["status"]) == (200 if charged else 201, "captured")
        assert await http.money(name) == (100, 0)

    drive(gateway, scenario)


def test_the_book_shows_every_charge_however_many(gateway: GatewayProcess) -> None:
    async def scenario(http: Http) -> None:
        keys = {key() for _ in range(2 * BOOK_CHUNK + 10)}
        for batch in batched(sorted(keys), 100):
            await asyncio.gather(*(http.charge(name) for name in batch))
        assert keys <= {entry["key"] for entry in await http.book()}

    drive(gateway, scenario)


def batched(names: list[str], size: int) -> list[list[str]]:
    return [names[start : start + size] for start in range(0, len(names), size)]


def test_error_for_ever(gateway: GatewayProcess) -> None:
    async def scenario(http: Http) -> None:
        name = key()
        assert [(await http.charge(name, "tok_error"))[0] for _ in range(3)] == [500] * 3
        assert (await http.find(name))[1]["status"] == "failed"
        assert (await http.undo(name))[1]["status"] == "voided"

    drive(gateway, scenario)


def test_timeout_after_charge(gateway: GatewayProcess) -> None:
    async def scenario(http: Http) -> None:
        name = key()
        with pytest.raises(TimeoutError):
            await http.charge(name, "tok_timeout_after_charge", seconds=0.5)
        code, answer = await http.charge(name, "tok_timeout_after_charge")
        assert (code, answer["status"]) == (200, "captured")
        assert await http.money(name) == (100, 0)

    drive(gateway, scenario)


def test_parallel_requests_under_one_key_charge_once(gateway: GatewayProcess) -> None:
    async def scenario(http: Http) -> None:
        name = key()
        answers = await asyncio.gather(*(http.charge(name) for _ in range(50)))
        assert sorted(code for code, _ in answers) == [200] * 49 + [201]
        assert len({answer["reference"] for _, answer in answers}) == 1
        assert await http.money(name) == (100, 0)

    drive(gateway, scenario)


def test_in_progress_is_409_and_goes_on_when_the_client_has_left(gateway: GatewayProcess) -> None:
    async def scenario(http: Http) -> None:
        name = key()
        with pytest.raises(TimeoutError):
            await http.charge(name, "tok_slow", seconds=0.3)
        assert (await http.charge(name, "tok_slow"))[0] == 409
        assert (await http.find(name))[1]["status"] == "in_progress"
        await http.until(name, "captured")
        assert await http.money(name) == (100, 0)

    drive(gateway, scenario)


def test_undo_captured_refunds_once(gateway: GatewayProcess) -> None:
    async def scenario(http: Http) -> None:
        name = key()
        await http.charge(name)
        answers = await asyncio.gather(*(http.undo(name) for _ in range(10)))
        assert {(code, answer["status"]) for code, answer in answers} == {(200, "refunded")}
        assert await http.money(name) == (100, 100)
        assert (await http.charge(name))[1]["status"] == "refunded"

    drive(gateway, scenario)


def test_undo_never_seen_closes_the_key(gateway: GatewayProcess) -> None:
    async def scenario(http: Http) -> None:
        name = key()
        assert (await http.find(name))[0] == 404
        for _ in range(2):
            assert await http.undo(name) == (
                200,
                {"key": name, "status": "voided", "reference": None, "reason": None, "amount_cents": None},
            )
        code, answer = await http.charge(name)
        assert (code, answer["status"], answer["reason"]) == (200, "declined", "voided")
        assert await http.money(name) == (0, 0)

    drive(gateway, scenario)


def test_undo_in_progress_refunds_after_the_capture(gateway: GatewayProcess) -> None:
    async def scenario(http: Http) -> None:
        name = key()
        charging = asyncio.create_task(http.charge(name, "tok_slow"))
        await http.until(name, "in_progress")
        assert (await http.undo(name))[0] == 202
        assert (await http.undo(name))[1]["status"] == "undoing"
        assert (await charging)[1]["status"] == "refunded"
        assert (await http.undo(name))[1]["status"] == "refunded"
        assert await http.money(name) == (100, 100)

    drive(gateway, scenario)


def test_undo_declined_is_declined(gateway: GatewayProcess) -> None:
    async def scenario(http: Http) -> None:
        name = key()
        await http.charge(name, "tok_declined")
        assert (await http.undo(name))[1]["status"] == "declined"

    drive(gateway, scenario)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_book_survives(gateway: GatewayProcess, how: signal.Signals) -> None:
    kept, slow, undone = key(), key(), key()

    async def before(http: Http) -> None:
        await http.charge(kept)
        for name, token in ((slow, "tok_slow"), (undone, "tok_slow"), (key(), "tok_timeout_after_charge")):
            with pytest.raises(TimeoutError):
                await http.charge(name, token, seconds=0.3)
        await http.undo(undone)

    async def after(http: Http) -> None:
        assert (await http.find(kept))[1]["status"] == "captured"
        assert (await http.find(slow))[1]["status"] == "failed"
        assert (await http.find(undone))[1]["status"] == "voided"

    drive(gateway, before)
    gateway.child.send(how)
    gateway.child.wait(SILENCE_SECONDS / 2)  # it waits for no request that it leaves without an answer
    gateway.child.start()
    drive(gateway, after)


def test_faults(gateway: GatewayProcess) -> None:
    async def scenario(http: Http) -> None:
        name = key()
        await http.faults(down=True)
        assert (await http.charge(name))[0] == 503
        await http.faults(error_rate=1)
        assert {(await http.charge(key()))[0] for _ in range(20)} == {500}
        await http.faults(latency_ms=300)
        with pytest.raises(TimeoutError):
            await http.charge(name, seconds=0.1)
        none = {"latency_ms": 0.0, "error_rate": 0.0, "nonsense_rate": 0.0, "down": False}
        assert await http.faults() == (200, none)
        for name in ("error_rate", "nonsense_rate"):
            assert (await http.faults(**{name: 2}))[0] == 400

    drive(gateway, scenario)


@pytest.mark.parametrize("amount", [0, -1, True, 1.5, "1", None, 10**12])
def test_refuses_amounts(gateway: GatewayProcess, amount: Any) -> None:
    async def scenario(http: Http) -> None:
        assert (await http.charge(key(), amount=amount))[0] == 400

    drive(gateway, scenario)


def test_refuses_a_missing_key(gateway: GatewayProcess) -> None:
    async def scenario(http: Http) -> None:
        assert (await http.charge(""))[0] == 400

    drive(gateway, scenario)


CHARGES = [("POST", "/v1/charges"), ("GET", "/v1/charges"), ("GET", "/v1/charges/k"), ("POST", "/v1/charges/k/undo")]
ADMIN = [("GET", "/v1/book"), ("GET", "/v1/faults"), ("PUT", "/v1/faults"), ("GET", "/v1/anything")]


def refusal(gateway: GatewayProcess, method: str, path: str, headers: dict[str, str]) -> tuple[int, str | None]:
    async def ask() -> tuple[int, str | None]:
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, gateway.url + path, headers=headers) as answer,
        ):
            return answer.status, answer.headers.get("WWW-Authenticate")

    return asyncio.run(ask())


@pytest.mark.parametrize(("method", "path"), CHARGES + ADMIN)
@pytest.mark.parametrize("given", ["", "Bearer", "Bearer wrong", "Bearer é", f"Basic {PLATFORM_KEY}", PLATFORM_KEY])
def test_who_has_no_key_is_refused(gateway: GatewayProcess, method: str, path: str, given: str) -> None:
    assert refusal(gateway, method, path, {"Authorization": given} if given else {}) == (401, "Bearer")


@pytest.mark.parametrize(("method", "path"), CHARGES)
def test_the_admin_key_moves_no_money(gateway: GatewayProcess, method: str, path: str) -> None:
    assert refusal(gateway, method, path, bearer(ADMIN_KEY)) == (401, "Bearer")


@pytest.mark.parametrize(("method", "path"), ADMIN)
def test_the_platforms_key_sets_no_faults(gateway: GatewayProcess, method: str, path: str) -> None:
    assert refusal(gateway, method, path, bearer(PLATFORM_KEY)) == (401, "Bearer")
