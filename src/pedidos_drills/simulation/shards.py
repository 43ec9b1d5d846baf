"""The relays of a simulation with several shards: whichever is next publishes, their number grows meanwhile, and Kafka
loses records that it has acknowledged."""

import random
from dataclasses import replace

from sqlalchemy import Connection, Engine

from pedidos.domain.sharding import Shard
from pedidos.processes.relay.leaders import Reached, way_back
from pedidos.storage.engine import statements
from pedidos.storage.event_log import positions, shards, unpublished
from pedidos.storage.event_log.positions import Leadership, Place
from pedidos_drills.ledger.records import StoredEvent
from pedidos_drills.simulation.losing import LosingKafka, SimulatedShard
from pedidos_drills.simulation.relay import SimulatedRelay
from pedidos_drills.sql.shards import begin_with_one

RAISED = 0.15
"""How often the number of shards is raised instead of publishing, so that events wait in the shards before."""
FEW = 100
"""One who publishes more than that wants everything to be published."""
NAME, LEASE_SECONDS = "simulated", 600.0
NOWHERE = Place({}, {})
"""Where records lie does not matter: what was confirmed is not lost."""


class SimulatedShards(SimulatedRelay):
    """Uses the positions in the database, as relays do. It begins again with one shard when there are as many as there
    may be, so that the number is raised often."""

    def __init__(self, engine: Engine, seed: int, most: int) -> None:
        super().__init__(engine)
        self._most = most
        self._chance = random.Random(f"{seed} shards")  # noqa: S311  # the same seed, the same raises
        self._led: dict[int, Leadership] = {}
        self._kafka = LosingKafka(self.told, self._chance)
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
                alone = any(self._is_alone(connection, shard) for shard in found)
                self._kafka.happens(at_rest=limit >= FEW, company=not alone)
                self._chance.shuffle(found)
                for shard in found:
                    events, has_moved = self._publish_shard(connection, shard, limit - len(told), saved=saved)
                    told += events
                    moved |= has_moved
                    if len(told) >= limit:
                        break
        return told

    def _is_alone(self, connection: Connection, shard: Shard) -> bool:
        return shard.parts == 1 and not positions.current(connection, shard.id).is_end_of(shard)

    def _publish_shard(
        self, connection: Connection, shard: Shard, limit: int, *, saved: bool
    ) -> tuple[list[StoredEvent], bool]:
        """What was published, and whether it may be that there is more now."""
        known = self._kafka.of(shard.id)
        if known.refused and not known.doubted:
            return [], False
        if known.doubted:
            self._led.pop(shard.id, None)
        leadership = self._led.get(shard.id) or self._taken(connection, shard, known)
        if leadership is None or leadership.position.is_end_of(shard):
            return [], False
        self._note_confirmed(connection, leadership, known)
        position = leadership.position
        events, upto = unpublished.read_on(connection, position, limit, shard)
        told = self._tell(events)
        self._kafka.append(shard.id, told)
        if not saved:
            self._led.pop(shard.id, None)
            known.reached = None
            return told, False
        if events:
            position = position.after(events)
        if upto is not None:
            position = replace(position, cursor=upto)
        if position != leadership.position:
            positions.save(connection, leadership, position, LEASE_SECONDS)
        known.reached = Reached(leadership.epoch, position)
        self._led[shard.id] = replace(leadership, position=position)
        if events or shard.ends is None:
            return told, bool(events)
        if shard.parts > 1 and known.safe < position.published:
            return told, True  # the next look confirms it
        end = positions.close(connection, leadership, shard, NOWHERE, LEASE_SECONDS)
        if end is not None:
            self._kafka.keep()
            self._led[shard.id] = replace(leadership, position=end)
        return told, end is not None

    def _taken(self, connection: Connection, shard: Shard, known: SimulatedShard) -> Leadership | None:
        leadership = positions.lead(connection, shard.id, NAME, LEASE_SECONDS)
        if leadership is None:
            return None
        known.doubted = known.refused = False
        known.reached = known.confirmed = None
        if leadership.position.is_end_of(shard):
            return leadership  # nothing of it was lost since it was closed
        confirmed = positions.confirmed(connection, shard.id)
        known.safe = 0 if confirmed is None else confirmed.position.published
        back = way_back(confirmed, leadership.position, self._kafka.epochs())
        if back is None:
            return leadership
        positions.move(connection, leadership, back, LEASE_SECONDS)
        return replace(leadership, position=back)

    def _note_confirmed(self, connection: Connection, leadership: Leadership, known: SimulatedShard) -> None:
        confirmed, known.confirmed = known.confirmed, None
        if confirmed is not None and confirmed[0].epoch == leadership.epoch:
            positions.confirm(connection, leadership, confirmed[0].position, confirmed[1])

    def _raise(self, connection: Connection) -> None:
        parts = max(shard.parts for shard in shards.watched(connection) if shard.ends is None)
        if parts < self._most:
            shards.raise_to(self._engine, self._chance.randint(parts + 1, self._most))
        elif self._kafka.is_whole and all(each.all_of_it for each in shards.progress(self._engine)):
            self._led.clear()
            self._kafka.forget()
            begin_with_one(self._engine)
