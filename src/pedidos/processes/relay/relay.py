"""Publishes the event log in its order, and records how far it is published.

One relay leads a shard for as long as it renews its lease; the others stand by. The position moves only after Kafka
has acknowledged. So after a crash in between, the same events are sent again with the same running numbers, and
consumers recognise them. A leader that was suspended and wakes up finds that its lease is over before it publishes, or
at the latest when it saves: the epoch has grown. A new leader first compares the log with Kafka (kafka_comparison).

A shard can have an end, when a larger number of shards has replaced it. Its relay publishes up to there, and says so
durably; then the others begin. If Kafka loses some of it later, these wait until it is published again
(earlier_shards).

While Kafka is unavailable, events wait. What becomes of an event that Kafka refuses is in batches.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import structlog
from sqlalchemy import Connection, Engine

from pedidos.crash_points import CrashPoint, reach
from pedidos.domain.sharding import FIRST, Shard
from pedidos.errors import Transient, first_line
from pedidos.messaging.leader_epochs import Epochs
from pedidos.messaging.producer import Producer
from pedidos.messaging.signatures import RecordKeys
from pedidos.processes.relay.awaited import Awaited
from pedidos.processes.relay.batches import Batches
from pedidos.processes.relay.earlier_shards import EarlierShards
from pedidos.processes.relay.held_up import HeldUp
from pedidos.processes.relay.kafka_comparison import AnotherLog, KafkaComparison, Lost
from pedidos.processes.relay.leaders import Reached, way_back
from pedidos.processes.relay.pauses import IDLE_SECONDS, next_pause, rest_seconds
from pedidos.processes.relay.share import Share
from pedidos.processes.running import Running, recovery
from pedidos.settings.processes import RelaySettings
from pedidos.storage.engine import statements
from pedidos.storage.event_log import positions, republishing, shards, unpublished
from pedidos.storage.event_log.events import LoggedEvent
from pedidos.storage.event_log.positions import Leadership, Place, Position
from pedidos.telemetry.catalogue import relay as metrics

REFUSED_SECONDS = 2.0
"""Pause before the next comparison, when Kafka has events that the log does not have."""

logger = structlog.get_logger()


class Relay:
    """Publishes one shard of the log while it leads."""

    def __init__(
        self,
        settings: RelaySettings,
        engine: Engine,
        producer: Producer,
        comparison: KafkaComparison,
        keys: RecordKeys,
        running: Running,
        shard: Shard = FIRST,
        share: Share | None = None,
        earlier: EarlierShards | None = None,
    ) -> None:
        """comparison: of the same shard. share: what this process may lead. earlier: None if there is only one shard,
        and its number is not raised."""
        self.shard = shard
        """Another thread gives it an end, once it has one."""
        self._share = share or Share()
        self._earlier = earlier
        self._reached: Reached | None = None
        self._confirmed: tuple[Reached, Epochs] | None = None
        self._safe = 0
        self._safe_epochs: Epochs | None = None
        self._doubted = False
        self._work = f"shard {shard.id}"
        self._settings = settings
        self._engine = engine
        self._producer = producer
        self._comparison = comparison
        self._running = running
        self._batches = Batches(engine, producer, comparison, keys, shard, settings.relay_lease_seconds)

    @property
    def reached(self) -> Reached | None:
        """Up to where Kafka has acknowledged events since this relay leads; None if it does not lead."""
        return self._reached

    def confirm(self, reached: Reached, epochs: Epochs) -> None:
        """Called in another thread: with these leaders, Kafka has not lost anything up to there."""
        self._confirmed = reached, epochs

    def doubt(self) -> None:
        """Called in another thread: Kafka may have lost events behind the position that was confirmed last."""
        self._doubted = True

    def run(self) -> None:
        """Leads or stands by until the process is to stop, or the shard has ended and Kafka has all of it. Waits for
        services that are unavailable."""
        while self._running:
            try:
                with statements(self._engine) as connection:
                    if self._earlier is not None and self._earlier.is_whole(connection, self.shard):
                        return
                    self._lead_or_stand_by(connection)
            except Transient as error:
                logger.warning("waiting", reason=first_line(error))
                self._beat()
                self._running.wait(recovery())
            except (Lost, republishing.Removed) as change:
                logger.warning("comparing again", reason=first_line(change))
                self._running.wait(recovery())
            finally:
                self._reached = None
                self._share.leave(self.shard)
                self._comparison.close()

    def _lead_or_stand_by(self, connection: Connection) -> None:
        agreed = self._taken(connection)
        if agreed is not None:
            self._share.lead(self.shard)
            with unpublished.listening(connection):
                self._lead(connection, agreed)

    def _taken(self, connection: Connection) -> Leadership | None:
        """The lead, if it is free and Kafka agrees with the log; otherwise None, after a pause."""
        lease = self._settings.relay_lease_seconds
        leadership = None
        if self._share.enter(self.shard):
            leadership = positions.lead(connection, self.shard.id, self._settings.instance, lease)
        if leadership is None:
            self._beat()
            self._share.leave(self.shard)
            self._running.wait(lease / 8)
            return None
        logger.info("leading", shard=self.shard.id, epoch=leadership.epoch, published=leadership.position.published)
        return self._agreed_with_kafka(connection, leadership)

    def _beat(self) -> None:
        self._running.beat(self._work)

    def _agreed_with_kafka(self, connection: Connection, leadership: Leadership) -> Leadership | None:
        """Publishes again what Kafka lacks. Then Kafka has the shard up to the position of the result, and no other
        log. None: it does not agree, or another relay leads."""
        leadership = self._gone_back(connection, leadership)
        position, renewed = leadership.position, time.monotonic()
        lease = self._settings.relay_lease_seconds

        def still() -> bool:
            """Whether this relay still leads. Renews the lease when a third of it has passed."""
            nonlocal renewed
            self._beat()
            since = time.monotonic() - renewed
            if since > lease / 3:
                renewed = time.monotonic()
                return positions.save(connection, leadership, position, lease)
            return bool(self._running)

        def move(to: Position) -> bool:
            nonlocal position, renewed
            self._beat()
            position, renewed = to, time.monotonic()
            self._safe = min(self._safe, to.published)
            return positions.move(connection, leadership, position, lease) and bool(self._running)

        try:
            lacking = self._earlier.lacking(connection, self.shard) if self._earlier is not None else []
            if lacking:
                self._share.awaits(lacking)
                positions.resign(connection, leadership)
                self._running.wait(lease / 8)
                return None
            own = self._comparison.compare(connection, position, still, move)
        except AnotherLog as mismatch:
            logger.error("refuses to publish", reason=str(mismatch))  # noqa: TRY400  # the cause is not in this code
            positions.refuse(connection, self.shard.id, str(mismatch))
            self._running.wait(REFUSED_SECONDS)
            return None
        positions.refuse(connection, self.shard.id, None)
        if own is None:
            return None
        self._batches.log = own
        if leadership.position.is_end_of(self.shard):
            leadership = replace(leadership, position=position)  # it has moved back, if Kafka had lost something
        return leadership if positions.save(connection, leadership, leadership.position, lease) else None

    def _lead(self, connection: Connection, leadership: Leadership) -> None:
        position = leadership.position
        if position.is_end_of(self.shard):
            self._closes(connection, leadership, position)  # Kafka has all of it, or has it again
            positions.resign(connection, leadership)
            return
        most = self._settings.relay_batch
        pause = IDLE_SECONDS[0]
        renewed = found = time.monotonic()
        lease = self._settings.relay_lease_seconds
        held_up = HeldUp()
        awaited = Awaited()

        def save(position: Position) -> bool:
            leads = positions.save(connection, leadership, position, lease)
            if leads:
                metrics.RELAY_PROGRESS.set(time.time())
            return leads

        while self._running and self._share.allows(self.shard):
            self._beat()
            self._look_at_kafka(connection, leadership, position)
            events, upto = unpublished.read_on(connection, position, most, self.shard)
            if time.monotonic() - renewed > lease:
                logger.warning("lease over", reason="this relay was blocked for longer than its lease")
                return
            if events or time.monotonic() - renewed > lease / 3:
                if events:
                    held_up.progress()
                    awaited.note(events)
                    position, leads = publish_then_save(position, events, self._batches.publish, save)
                else:
                    leads = save(position)
                if not leads:
                    logger.warning("superseded", epoch=leadership.epoch)
                    return
                renewed = time.monotonic()
            if upto is not None and (not events or position.cursor == events[-1].cursor):
                position = replace(position, cursor=upto)  # it is saved with what follows
            if len(events) == most:
                continue  # there is more
            if not events and self._closes(connection, leadership, position):
                break
            if not events and held_up.look(connection, position, time.monotonic()):
                continue
            if events:
                self._running.wait(rest_seconds(len(events), most))
                pause, found = IDLE_SECONDS[0], time.monotonic()
            notified = unpublished.wait_for_order(connection, pause)
            pause = next_pause(pause, time.monotonic() - found, notified=notified, awaited=bool(awaited))
        positions.resign(connection, leadership)

    def _look_at_kafka(self, connection: Connection, leadership: Leadership, position: Position) -> None:
        """Raises Lost if Kafka has lost records, or may have. Records what was confirmed meanwhile."""
        self._comparison.look()
        if self._doubted:
            raise Lost("partitions have other leaders")
        self._reached = Reached(leadership.epoch, position)
        confirmed, self._confirmed = self._confirmed, None
        if confirmed is not None and confirmed[0].epoch == leadership.epoch and self.shard.parts > 1:
            reached, epochs = confirmed
            positions.confirm(connection, leadership, reached.position, epochs)
            self._safe, self._safe_epochs = reached.position.published, epochs

    def _gone_back(self, connection: Connection, leadership: Leadership) -> Leadership:
        """If partitions have had other leaders since a position was confirmed: the leadership with that position. What
        is behind it proves nothing, and is published again. Raises Transient."""
        self._doubted = False  # what changes from here on counts
        self._safe, self._safe_epochs = leadership.position.published, None
        if self._earlier is None or (self.shard.parts == 1 and self.shard.ends is None):
            return leadership
        self._safe_epochs = self._earlier.epochs()
        confirmed = positions.confirmed(connection, self.shard.id)
        if confirmed is not None:
            self._safe = min(self._safe, confirmed.position.published)
        back = way_back(confirmed, leadership.position, self._safe_epochs)
        if back is None:
            return leadership
        logger.warning("goes back", shard=self.shard.id, to=back.published, reason="other leaders")
        positions.move(connection, leadership, back, self._settings.relay_lease_seconds)
        return replace(leadership, position=back)

    def _closes(self, connection: Connection, leadership: Leadership, position: Position) -> bool:
        """If the shard has ended, and none of its events can still come: records durably that all of it is published,
        and where. False while it has more to publish, or Kafka may have lost some of it."""
        lease = self._settings.relay_lease_seconds
        if self.shard.ends is None or not positions.save(connection, leadership, position, lease):
            return False
        place = self._place(connection, position)
        if place is None or positions.close(connection, leadership, self.shard, place, lease) is None:
            return False
        logger.info("shard has ended", shard=self.shard.id, published=position.published)
        return True

    def _place(self, connection: Connection, position: Position) -> Place | None:
        """Where Kafka has all records of a shard that has ended. None: events can still come, or Kafka may have lost
        some, as the next look will say. Raises Lost and Transient."""
        if self._earlier is None or (self.shard.parts > 1 and self._safe < position.published):
            return None
        if not positions.all_is_final(connection, self.shard.id):
            return None
        epochs = self._safe_epochs
        if epochs is None:  # it was alone until now, so offsets show a loss
            epochs = self._earlier.epochs()
        self._comparison.look(at_once=True)
        if self._earlier.epochs() != epochs:
            return None
        ends = self._comparison.ends
        if position.is_end_of(self.shard):  # it was closed before, and then nothing was lacking
            known = shards.until_offsets(connection, self.shard.id)
            return Place({each: min(end, known.get(each, end)) for each, end in ends.items()}, epochs)
        return Place(ends, epochs)


def publish_then_save(
    position: Position,
    events: Sequence[LoggedEvent],
    publish: Callable[[Position, Sequence[LoggedEvent]], Position],
    save: Callable[[Position], bool],
) -> tuple[Position, bool]:
    """Moves the position only after Kafka has acknowledged: after a crash in between, the events are sent again.

    publish: returns the position behind the last event that Kafka has. Returns that position, and whether this relay
    still leads.
    """
    position = publish(position, events)
    reach(CrashPoint.RELAY_ACKNOWLEDGED)
    return position, save(position)
