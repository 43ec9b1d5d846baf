"""A stream says the reasons of orders in the language of who follows it, replayed and live."""

import asyncio

import aiohttp
import pytest

from tests.integration.live.sse import Refused, Stream, drive
from tests.integration.live.world import World
from tests.support.processes import LiveFactory, Tokens

SOLD_OUT = '{"by": "worker-1", "reasons": ["Sold out: Pão."]}'


@pytest.fixture
def world(database_url: str) -> World:
    return World.make(database_url, customers=1)


@pytest.mark.usefixtures("relay")
@pytest.mark.parametrize(
    ("language", "tag", "told"), [("pt-BR", "pt-BR", "Esgotado: Pão."), ("de, en;q=0.5", "en", "Sold out: Pão.")]
)
def test_reasons_are_in_the_language_of_the_reader(
    live_server: LiveFactory, world: World, tokens: Tokens, language: str, tag: str, told: str
) -> None:
    server = live_server()

    async def scenario(session: aiohttp.ClientSession) -> None:
        session.headers["Accept-Language"] = language
        order = await world.order(world.customers[0], steps=2)
        token = tokens.customer(world.customers[0])
        following = Stream(server.order(order), token)
        reading = asyncio.create_task(following.read_to_end(session))
        await following.is_open()
        await world.move(order, 3, "unavailable", SOLD_OUT)
        await reading
        replayed = Stream(server.order(order), token)
        await replayed.read_to_end(session)
        for stream in (following, replayed):
            *_, last, end = stream.events
            assert (last.type, end.type) == ("order.unavailable", "end")
            assert last.data["detail"] == {"by": "platform", "reasons": [told]}
        async with session.get(server.order(order), headers={"Authorization": f"Bearer {token}"}) as response:
            assert (response.headers["Content-Language"], response.headers["Vary"]) == (tag, "Accept-Language")

    drive(scenario)


def test_a_refusal_is_in_the_language_of_the_reader(live_server: LiveFactory, world: World, tokens: Tokens) -> None:
    server = live_server()

    async def scenario(session: aiohttp.ClientSession) -> None:
        session.headers["Accept-Language"] = "pt"
        stream = Stream(server.order(world.merchant_id), tokens.customer(world.customers[0]))
        with pytest.raises(Refused) as refused:
            await stream.read_to_end(session)
        assert refused.value.problem["title"] == "Não encontrado"
        assert refused.value.headers["Content-Language"] == "pt-BR"

    drive(scenario)
