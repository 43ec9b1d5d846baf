"""The consumer without watchers, and at the moment when the first one connects."""

import asyncio
import threading
from pathlib import Path

import pytest

from pedidos.processes.live.event_consumer import EventConsumer
from pedidos.processes.live.frames import LiveEvent
from pedidos.settings.processes import LiveSettings
from pedidos.storage.engine import make_engine
from pedidos.storage.event_log import shards
from pedidos.wiring.signatures import signature_check
from tests.integration.live.world import World
from tests.support.settings import platform_settings, settings_of
from tests.support.waiting import until

LOOKS = 3


@pytest.mark.usefixtures("relay")
def test_a_stream_that_is_opened_during_a_look_misses_nothing(
    database_url: str, kafka_bootstrap: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The stream's boundary is older than the look, which finds published events that the stream still waits for."""
    world = World.make(database_url, customers=1)
    platform = platform_settings(tmp_path, database_url=database_url, kafka_bootstrap=kafka_bootstrap)
    settings = settings_of(LiveSettings, platform, instance="live-test", port=1, public_url="https://localhost:8400")
    engine = make_engine(settings, settings.instance)
    ask = shards.progress
    watched = threading.Event()
    failed = threading.Event()
    shown: list[LiveEvent] = []
    asked = 0

    def order() -> None:
        """Writes three events, which are published when this returns."""
        (before,) = ask(engine)
        asyncio.run(world.order(world.customers[0], steps=3))
        until(lambda: ask(engine)[0].number >= before.number + 3, "three more published")

    def progress(*place: object) -> list[shards.Progress]:
        """Replaces shards.progress, which is called once when reading begins and then in each look."""
        nonlocal asked
        asked += 1
        if asked == 1 + LOOKS:
            watched.set()
            shown.clear()
        if asked > 1:
            order()
        return ask(*place)  # type: ignore[arg-type]

    monkeypatch.setattr(shards, "progress", progress)

    def show(events: list[LiveEvent]) -> None:
        shown.extend(event for event in events if event.event.merchant_id == world.merchant_id)

    check = signature_check(settings, engine)
    consumer = EventConsumer(settings, engine, check, watched.is_set, show, failed.set, failed.set, lambda: None)
    consumer.start()
    try:
        until(
            lambda: world.log()[-3:] == [f"{e.cursor.txid}-{e.cursor.seq}" for e in shown][-3:] and watched.is_set(),
            "the newest events to be shown",
        )
    finally:
        consumer.stop(10)
        engine.dispose()
    cursors = [f"{event.cursor.txid}-{event.cursor.seq}" for event in shown]
    assert cursors == world.log()[-len(cursors) :]
    assert len(cursors) < len(world.log()), "the looks before have passed nothing over"
    assert not failed.is_set()
