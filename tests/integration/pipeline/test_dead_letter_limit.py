"""A topic flooded with records that cannot be decoded: the bridge stops at the limit, says why, and loses nothing."""

from collections.abc import Iterator
from typing import Any

import pytest
from kafka import KafkaProducer
from kafka.errors import NoError
from kafka.structs import OffsetAndMetadata, TopicPartition

from pedidos.messaging.groups import BRIDGE
from pedidos.messaging.kafka import admin, committed_offsets, end_offsets
from pedidos.messaging.topics import PLACED
from pedidos.processes import pipeline_figures
from tests.integration.pipeline.rig import USUAL, Rig
from tests.support.tables import rows, statuses
from tests.support.waiting import until

FLOODED = 0
"""The partition."""
FLOOD = 140

LETTERS = "select origin, reason from dead_letters where source = 'bridge' and origin = any(:origins)"


class Flood:
    """Records in one partition, more than may become dead letters; then orders, in all partitions."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.limit = rig.settings.dead_letter_limit
        with admin(rig.settings) as client:
            self.begin = end_offsets(client, PLACED)[FLOODED]
        producer = KafkaProducer(bootstrap_servers=rig.settings.kafka_bootstrap)
        for number in range(FLOOD):
            producer.send(PLACED, partition=FLOODED, key=b"key", value=b"flood %d" % number)
        producer.flush(10)
        producer.close(timeout=5)
        self.origins = [f"{PLACED}/{FLOODED}/{self.begin + number}" for number in range(FLOOD)]
        self.order_ids = rig.place(60)
        rig.wait_until_published()

    def letters(self) -> set[str]:
        return {row.origin for row in rows(self.rig.engine, LETTERS, origins=self.origins)}

    def figures(self) -> dict[str, Any]:
        found: dict[str, Any] = pipeline_figures.read(self.rig.settings)["consumers"]["bridge"]
        return found

    def confirmed(self) -> int:
        return statuses(self.rig.engine, self.order_ids).count("confirmed")


def forget_what_is_spent(rig: Rig) -> None:
    """What the tests before, or this one, have spent of the limit: it is not meant for the next one. No bridge runs."""
    partition = TopicPartition(PLACED, FLOODED)

    def forgotten() -> bool:
        with admin(rig.settings) as client:
            committed = committed_offsets(client, BRIDGE.id).get(partition)
            if committed is None:
                return True
            offset = committed.offset
            answers = client.alter_group_offsets(BRIDGE.id, {partition: OffsetAndMetadata(offset, "", -1)})
        return answers[partition] is NoError

    until(forgotten, "the end of the bridge's membership")


@pytest.fixture
def flood(rig: Rig) -> Iterator[Flood]:
    """The bridge has stopped. The watchdog, which would find the orders behind the flood, is switched off."""
    rig.stop("scheduler-1")
    rig.stop("bridge-1")
    forget_what_is_spent(rig)
    made = Flood(rig)
    rig.start("bridge-1")
    until(lambda: bool(made.figures()["stopped"]), "the bridge's stop", look_seconds=0.5)
    yield made
    rig.settings = rig.settings.model_copy(update={"dead_letter_limit": made.limit})
    rig.ensure(*(name for name in USUAL if name != "bridge-1"))
    forget_what_is_spent(rig)


def test_the_bridge_stops_at_the_limit_and_goes_on_when_it_is_raised(flood: Flood) -> None:
    rig = flood.rig
    set_aside = set(flood.origins[: flood.limit])
    until(lambda: flood.letters() == set_aside, what="as many dead letters as the limit allows")
    (reason,) = flood.figures()["stopped"]
    stopped_at = flood.origins[flood.limit]
    assert f"bridge stopped at {stopped_at}" in reason
    assert "PEDIDOS_DEAD_LETTER_LIMIT is 100" in reason
    assert stopped_at in rig.log("bridge-1")
    lag = flood.figures()["lag"]
    assert lag[str(FLOODED)] >= FLOOD - flood.limit
    # The orders of the other partitions are carried on with, those behind the flood wait in Kafka.
    behind = lag[str(FLOODED)] - (FLOOD - flood.limit)
    assert behind > 0
    until(lambda: flood.confirmed() == len(flood.order_ids) - behind, "the orders of the other partitions")

    rig.stop("bridge-1")
    rig.start("bridge-1")
    more = rig.place(30)
    until(lambda: statuses(rig.engine, more).count("confirmed") > 0, "orders after the restart")
    until(lambda: bool(flood.figures()["stopped"]), "the same stop after the restart", look_seconds=0.5)
    assert flood.letters() == set_aside, "a restart does not renew the limit"

    rig.stop("bridge-1")
    rig.settings = rig.settings.model_copy(update={"dead_letter_limit": 2 * FLOOD})
    rig.start("bridge-1")
    rig.wait_for([*flood.order_ids, *more], "confirmed")
    assert flood.letters() == set(flood.origins)
    until(
        lambda: flood.figures() == {"lag": dict.fromkeys(flood.figures()["lag"], 0), "stopped": []},
        "no stop",
        look_seconds=0.5,
    )
    rig.check()
