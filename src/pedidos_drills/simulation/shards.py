"""The relays of a simulation with several shards: whichever is next publishes, and their number grows meanwhile."""

import random
from dataclasses import replace

from sqlalchemy import Connection, Engine

from pedidos.domain.sharding import Shard
from pedidos.storage.engine import statements
from pedidos.storage.event_log import positions, shards, unpublished
from pedidos.storage.event_log.positions import Leadership, Place
from pedidos_drills.ledger.records import StoredEvent
from pedidos_drills.simulation.relay import SimulatedRelay
from pedidos_drills.sql.shards import begin_with_one

RAISED = 0.15
"""How often the number of shards is raised instead of publishing, so that events wait in the shards before."""
FEW = 100
"""One who publishes more than that wants everything to be published."""
NAME, LEASE_SECONDS = "simulated", 600.0
NOWHERE = Place({}, {})
"""There is no Kafka."""


class SimulatedShards(SimulatedRelay):
    """Uses the positions in the database, as relays do. It begins again with one shard when there are as many as there
    may be, so that the number is raised often."""

    def __init__(self, engine: Engine, seed: int, most: int) -> None:
        super().__init__(engine)
        self._most = most
        self._chance = random.Random(f"{seed} shards")  # noqa: S311  # the same seed, the same raises
        self._led: dict[int, Leadership] = {}
        begin_with_one(engine)

    def publish(self, limit: int, *, saved: bool = True) -> list[StoredEvent]:
        """The same, from all shards. One that has ended may be closed, and then others begin."""
        told: list[StoredEvent] = []
        with statements(self._engine) as connection:
            moved = limit >= FEW or self._chance.random() >= RAISED
            if not moved:
                self._raise(connection)
            while moved and len(told) < limit:
                moved = False
                found = shards.watched(connection)
                self._chance.shuffle(found)
                for shard in found:
                    events, has_moved = self._publish_shard(connection, shard, limit - len(told), saved=saved)
                    told += events
                    moved |= has_moved
                    if len(told) >= limit:
                        break
        return told

    def _publish_shard(
        self, connection: Connection, shard: Shard, limit: int, *, saved: bool
    ) -> tuple[list[StoredEvent], bool]:
        """What was published, and whether it may be that there is more now."""
        leadership = self._led.get(shard.id) or positions.lead(connection, shard.id, NAME, LEASE_SECONDS)
        if leadership is None or leadership.position.is_end_of(shard):
            return [], False
        position = leadership.position
        events, upto = unpublished.read_on(connection, position, limit, shard)
        if not saved:
            self._led.pop(shard.id, None)
            return self._tell(events), False
        if events:
            position = position.after(events)
        if upto is not None:
            position = replace(position, cursor=upto)
        if position != leadership.position:
            positions.save(connection, leadership, position, LEASE_SECONDS)
        end = None
        if not events and shard.ends is not None:
            end = positions.close(connection, leadership, shard, NOWHERE, LEASE_SECONDS)
        self._led[shard.id] = replace(leadership, position=end or position)
        return self._tell(events), bool(events) or end is not None

    def _raise(self, connection: Connection) -> None:
        parts = max(shard.parts for shard in shards.watched(connection) if shard.ends is None)
        if parts < self._most:
            shards.raise_to(self._engine, self._chance.randint(parts + 1, self._most))
        elif all(each.all_of_it for each in shards.progress(self._engine)):
            self._led.clear()
            begin_with_one(self._engine)
