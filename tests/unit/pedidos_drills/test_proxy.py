"""The proxy between two processes: what it passes on, and how it misbehaves."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from pedidos_drills.proxy import Proxy
from tests.support.ports import free_port

SECONDS = 10.0


@asynccontextmanager
async def echo_behind_a_proxy() -> AsyncIterator[tuple[Proxy, list[bytes]]]:
    """The proxy, and all that has reached the server behind it."""
    heard: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            heard.append(line)
            writer.write(b"answer to " + line)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    proxy = Proxy(free_port(), server.sockets[0].getsockname()[1])
    await proxy.open()
    try:
        async with asyncio.timeout(SECONDS):
            yield proxy, heard
    finally:
        await proxy.close()
        server.close()


async def ask(proxy: Proxy, *lines: bytes) -> list[bytes]:
    """The answers to the lines on one connection; b"" once it is cut."""
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    answers = []
    try:
        for line in lines:
            writer.write(line)
            await writer.drain()
            answers.append(await reader.readline())
    except ConnectionError:
        answers.append(b"")
    finally:
        writer.close()
    return answers


def test_passes_everything_on() -> None:
    async def scene() -> None:
        async with echo_behind_a_proxy() as (proxy, _):
            assert await ask(proxy, b"one\n", b"two\n") == [b"answer to one\n", b"answer to two\n"]

    asyncio.run(scene())


def test_loses_the_answer_to_what_was_done() -> None:
    async def scene() -> None:
        async with echo_behind_a_proxy() as (proxy, heard):
            proxy.lose_answers(1)
            assert await ask(proxy, b"one\n") == [b""]
            assert heard == [b"one\n"]
            assert (proxy.lost_answers, proxy.answers_to_lose) == (1, 0)
            assert await ask(proxy, b"one\n") == [b"answer to one\n"]

    asyncio.run(scene())


def test_loses_only_answers_to_certain_requests() -> None:
    async def scene() -> None:
        async with echo_behind_a_proxy() as (proxy, _):
            proxy.lose_answers(1, asked_with=b"place")
            assert await ask(proxy, b"read\n", b"place\n") == [b"answer to read\n", b""]

    asyncio.run(scene())


@pytest.mark.parametrize("misbehave", [lambda proxy: proxy.cut(), lambda proxy: proxy.refuse(True)])
def test_cuts_what_stands(misbehave: Callable[[Proxy], object]) -> None:
    async def scene() -> None:
        async with echo_behind_a_proxy() as (proxy, _):
            reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
            writer.write(b"one\n")
            assert await reader.readline() == b"answer to one\n"
            misbehave(proxy)
            with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
                await reader.readexactly(1)
            writer.close()

    asyncio.run(scene())


def test_silence_holds_back_and_closes_nothing() -> None:
    async def scene() -> None:
        async with echo_behind_a_proxy() as (proxy, heard):
            proxy.silence(True)
            asked = asyncio.create_task(ask(proxy, b"one\n"))
            done, _ = await asyncio.wait([asked], timeout=0.3)
            assert (done, heard) == (set(), [])
            proxy.silence(False)
            assert await asked == [b"answer to one\n"]

    asyncio.run(scene())
