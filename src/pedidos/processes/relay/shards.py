"""The shards of a relay process: a thread for each shard, and an equal share of them with the other relays.

A shard that has ended and is published needs no thread, unless Kafka has lost some of it.

The number of shards is raised when a relay starts with a larger one. It is never lowered: relays with different
settings, as in an upgrade, would change it back and forth, and a process can lead many shards that have little to do.
"""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

import structlog
from sqlalchemy import Engine

from pedidos.domain.sharding import Shard
from pedidos.errors import Transient, first_line
from pedidos.processes.relay.leaders import LOOK_SECONDS as WATCH_SECONDS
from pedidos.processes.relay.leaders import KafkaLeaders
from pedidos.processes.relay.relay import Relay
from pedidos.processes.relay.share import Share
from pedidos.processes.running import Running, recovery
from pedidos.settings.processes import RelaySettings
from pedidos.storage.event_log import shards
from pedidos.telemetry.catalogue import relay as metrics

LOOK_SECONDS = 1.0
"""Time between two looks at the shards. When their number is raised, events of the new ones wait for it."""
END_SECONDS = 12.0
"""How long the threads have to publish what they have read. Then the process ends without them."""

logger = structlog.get_logger()

RelayOf = Callable[[Shard, Share], AbstractContextManager[Relay]]
"""A relay of a shard, with connections of its own."""


class ShardedRelay:
    """Runs the relays of all shards."""

    def __init__(
        self, settings: RelaySettings, engine: Engine, running: Running, relay_of: RelayOf, leaders: KafkaLeaders
    ) -> None:
        """engine: for the looks. relay_of: is called in the thread of the shard."""
        self._leaders = leaders
        self._watching: threading.Thread | None = None
        self._settings = settings
        self._engine = engine
        self._running = running
        self._relay_of = relay_of
        self._share = Share()
        self._raised = False
        self._threads: dict[int, threading.Thread] = {}
        self._relays: dict[int, Relay] = {}
        self._failure: BaseException | None = None

    def run(self) -> None:
        """Publishes until the process is to stop. Raises what a thread has raised."""
        while self._running:
            try:
                self._look()
            except Transient as error:
                logger.warning("shards are not known", reason=first_line(error))
                self._running.wait(recovery())
            self._running.beat("shards")
            self._running.wait(LOOK_SECONDS)
        for thread in list(self._threads.values()):
            thread.join(END_SECONDS)
        self._leave()
        if self._failure is not None:
            raise self._failure

    def _look(self) -> None:
        if not self._raised:
            self._raise()
        found = shards.read(self._engine)
        parts = max(shard.parts for shard in found if shard.ends is None)
        metrics.RELAY_SHARDS.set(parts)
        if parts > 1:
            self._begin_to_watch()
            self._share.settle(parts, shards.stay(self._engine, self._settings.instance, self._lease))
        awaited = self._share.awaited
        for shard, is_open in found.items():
            relay = self._relays.get(shard.id)
            if relay is not None:
                relay.shard = shard
            elif (is_open or shard.id in awaited) and shard.id not in self._threads:
                thread = threading.Thread(target=self._publish, args=(shard,), name=f"shard {shard.id}", daemon=True)
                self._threads[shard.id] = thread
                thread.start()

    def _begin_to_watch(self) -> None:
        if self._watching is None:
            self._watching = threading.Thread(target=self._watch, name="leaders", daemon=True)
            self._watching.start()

    def _watch(self) -> None:
        """Looks at Kafka's leaders, in a thread of its own: while Kafka does not answer, that takes long."""
        try:
            while self._running:
                self._leaders.look(list(self._relays.values()))
                self._share.kafka_is_watched = self._leaders.known
                self._running.wait(WATCH_SECONDS)
        except BaseException as failure:
            logger.exception("watching Kafka's leaders failed")
            self._failure = failure
            self._running.end()

    @property
    def _lease(self) -> float:
        return max(self._settings.relay_lease_seconds, 3 * LOOK_SECONDS)

    def _raise(self) -> None:
        wanted = self._settings.relay_shards
        there = shards.raise_to(self._engine, wanted)
        self._raised = True
        if there > wanted:
            logger.warning("fewer shards", reason="the number of shards is not lowered", there=there, wanted=wanted)

    def _publish(self, shard: Shard) -> None:
        try:
            with self._relay_of(shard, self._share) as relay:
                self._relays[shard.id] = relay
                relay.run()
            if self._running:
                self._share.is_whole(shard)
                del self._relays[shard.id], self._threads[shard.id]
        except BaseException as failure:
            logger.exception("relay failed", shard=shard.id)
            self._failure = failure
            self._running.end()

    def _leave(self) -> None:
        if self._watching is None:
            return
        try:
            shards.leave(self._engine, self._settings.instance)
        except Transient as error:
            logger.warning("not told to the others", reason=first_line(error))
