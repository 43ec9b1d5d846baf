"""Live streams asked for with nonsense, and by far more than there is room for."""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from uuid import uuid4

import aiohttp
import pytest
import requests

from tests.support.api import Api
from tests.support.processes import LiveProcess, Tokens
from tests.support.waiting import until

STREAMS = 20
OF_ONE = 4
ATTEMPTS = 2000
AT_ONCE = 150

IDS = {
    "largest that is read": "9999999999999999999-999999999999999999",
    "beyond 64 bits": f"{2**64}-1",
    "far beyond": "9" * 5000 + "-1",
    "negative": "-5--5",
    "zero": "0-0",
    "word": "latest",
    "statement": "1-1'; drop table orders; --",
    "other digits": "\u0661-\u0661",
    "bytes": "\xff\xfe",
    "signs": "+1-+1",
    "exponent": "1e5-1",
    "hexadecimal": "0x10-0x1",
}


@pytest.mark.parametrize("cursor", IDS.values(), ids=IDS)
def test_no_last_event_id_is_a_fault(live: LiveProcess, api: Api, cursor: str) -> None:
    order, token = api.place().json()["id"], api.token("customer")
    for url in (live.own(), live.order(order)):
        for given in ({"headers": {"Last-Event-ID": cursor.encode()}}, {"params": {"last_event_id": cursor}}):
            headers = {"Authorization": f"Bearer {token}"} | given.get("headers", {})
            with requests.get(url, headers=headers, params=given.get("params"), stream=True, timeout=20) as answer:
                assert answer.status_code in {200, 204, 400}
                if answer.status_code == 200:
                    assert next(answer.iter_lines(chunk_size=1)).startswith(b"retry:")
    assert "Traceback" not in live.child.said()


def test_streams_beyond_the_limit_are_refused_and_those_within_go_on(
    live_server: Callable[..., LiveProcess], tokens: Tokens, api: Api
) -> None:
    server = live_server(streams=STREAMS, streams_per_customer=STREAMS + 1, instance="live-2", heartbeat_seconds=1)
    token = tokens.customer(api.world.accounts["customer"])
    headers = {"Authorization": f"Bearer {token}"}

    async def attempt(session: aiohttp.ClientSession, turn: asyncio.Semaphore) -> int:
        async with turn, session.get(server.own(), headers=headers) as answer:
            assert answer.status != 503 or int(answer.headers["Retry-After"]) >= 1
            return answer.status

    async def flood() -> Counter[int]:
        patience = aiohttp.ClientTimeout(total=120)
        async with aiohttp.ClientSession(timeout=patience, connector=aiohttp.TCPConnector(limit=0)) as session:
            held = [await session.get(server.own(), headers=headers) for _ in range(STREAMS)]
            assert {answer.status for answer in held} == {200}
            turn = asyncio.Semaphore(AT_ONCE)
            statuses = Counter(await asyncio.gather(*(attempt(session, turn) for _ in range(ATTEMPTS))))
            for answer in held:
                while (await answer.content.readline()) != b": heartbeat\n":
                    pass
                answer.close()
            return statuses

    assert asyncio.run(flood()) == {503: ATTEMPTS}

    def opens() -> bool:
        with requests.get(server.own(), headers=headers, stream=True, timeout=20) as answer:
            return answer.status_code == 200

    until(opens, "a stream in place of those that were closed")


def test_the_streams_of_one_account_shut_out_no_other(
    live_server: Callable[..., LiveProcess], tokens: Tokens, api: Api
) -> None:
    """A flood of one customer and of clients without a token. A merchant may have more, all accounts together."""
    server = live_server(
        streams=STREAMS, streams_per_customer=OF_ONE, streams_per_merchant=2 * OF_ONE, instance="live-3"
    )
    flooder = tokens.customer(api.world.accounts["customer"])
    staff = [tokens.merchant(api.world.merchant) for _ in range(2 * OF_ONE + 1)]

    async def flood(session: aiohttp.ClientSession) -> None:
        async with AsyncExitStack() as held:

            async def attempt(turn: asyncio.Semaphore, token: str) -> int:
                async with turn:
                    answer = await session.get(server.own(), headers={"Authorization": f"Bearer {token}"})
                    if answer.status == 200:
                        held.callback(answer.close)  # it stays open during the flood
                    elif answer.status == 429:
                        assert int(answer.headers["Retry-After"]) >= 1
                        document = await answer.json(content_type=None)
                        assert document["type"] == "/problems/too-many-streams"
                        assert document["most"] == (2 * OF_ONE if token in staff else OF_ONE)
                    return answer.status

            turn = asyncio.Semaphore(AT_ONCE)
            floods = [asyncio.create_task(attempt(turn, flooder)) for _ in range(ATTEMPTS)]
            strangers = [asyncio.create_task(attempt(turn, "none")) for _ in range(ATTEMPTS)]
            others = await asyncio.gather(*(attempt(turn, tokens.customer(uuid4())) for _ in range(OF_ONE)))
            of_merchant = await asyncio.gather(*(attempt(turn, token) for token in staff))
            assert others == [200] * OF_ONE
            assert Counter(of_merchant) == {200: 2 * OF_ONE, 429: 1}
            assert Counter(await asyncio.gather(*floods)) == {200: OF_ONE, 429: ATTEMPTS - OF_ONE}
            assert Counter(await asyncio.gather(*strangers)) == {401: ATTEMPTS}

    async def run() -> None:
        patience = aiohttp.ClientTimeout(total=120)
        async with aiohttp.ClientSession(timeout=patience, connector=aiohttp.TCPConnector(limit=0)) as session:
            await flood(session)
            # Once they are closed, they count no more.
            headers = {"Authorization": f"Bearer {flooder}"}
            async with asyncio.timeout(20):
                while True:
                    async with session.get(server.own(), headers=headers) as answer:
                        if answer.status == 200:
                            return
                    await asyncio.sleep(0.05)

    asyncio.run(run())
