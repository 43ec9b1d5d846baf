"""The thread that reads events from Kafka. It hands them to the event loop in the order of the log, each once.

It shares polling and sifting with `messaging.consumer`, but it is another kind of consumer. It has no group and commits
nothing: PostgreSQL says where it begins. It also works when no record has arrived: it looks for gaps, and moves its
position without reading while no stream is open. It skips records that it cannot decode, without a limit.
"""

import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence

import structlog
from kafka import KafkaConsumer, TopicPartition
from sqlalchemy import Engine

from pedidos.errors import Transient, first_line
from pedidos.messaging import kafka
from pedidos.messaging.polling import poll
from pedidos.messaging.sifting import Check, sift
from pedidos.messaging.topics import EVENTS
from pedidos.processes.live import freshness
from pedidos.processes.live.catch_up_check import CatchUpCheck
from pedidos.processes.live.frames import LiveEvent, of_record
from pedidos.processes.live.idle_position import IdlePosition, Recorded
from pedidos.processes.live.lineage import Lineage
from pedidos.processes.live.sequence import EventSequence
from pedidos.settings.processes import LiveSettings
from pedidos.storage.event_log import shards

LOOK_BACK_SECONDS = 30.0
"""Reading begins this long before the newest known event, or before a check of the log. It is more than the clocks of
relay, broker and this process differ, and more than a relay takes from publishing an event to recording it."""
GAP_SECONDS = 3.0
POLL_SECONDS = 0.25
REST_SECONDS = 0.03
"""Pause after events, before the next poll. Events that arrive meanwhile are read and sent together."""
RECOVERY_SECONDS = 1.0
UNWATCHED_SECONDS = 2.0
"""Reading stops when no stream has been open for this long."""
LOOK_SECONDS = (0.5, 2.0)
"""The shortest and the longest time between two checks of how far the log is, while nothing is read. It doubles while
nothing is published. A new stream waits for the events since the check before the last one."""

MOST_STRANGERS = 1000
"""Unknown shards that are remembered."""

log = structlog.get_logger()


class EventConsumer:
    """Reads the events topic from shortly before now. It has no consumer group: every live process reads all events."""

    def __init__(
        self,
        settings: LiveSettings,
        engine: Engine,
        check: Check,
        watched: Callable[[], bool],
        hand_over: Callable[[list[LiveEvent]], None],
        interrupt: Callable[[], None],
        fail: Callable[[], None],
        came_round: Callable[[], None],
    ) -> None:
        """The functions are called in the consumer's thread.

        check: raises InvalidRecord for a record that the relay did not write. watched: whether any stream is open.
        hand_over: gives events to the streams, and blocks until they have them. interrupt: drops all streams, because
        events are missing. fail: ends the process. came_round: is called in each round, as a sign of life.
        """
        self._settings = settings
        self._engine = engine
        self._watched = watched
        self._hand_over = hand_over
        self._interrupt = interrupt
        self._fail = fail
        self._came_round = came_round
        self._check = check
        self._lineage = Lineage(engine)
        self._sequence: EventSequence | None = None
        self._strangers: set[int] = set()
        self._newest_ms = time.time() * 1000
        self._stopping = threading.Event()
        self._ready = False
        self._thread = threading.Thread(target=self._run, name="consumer", daemon=True)

    @property
    def ready(self) -> bool:
        """Whether the partitions are assigned and the position of the log is known: from then on no event is missed."""
        return self._ready

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout_seconds: float) -> None:
        self._stopping.set()
        self._thread.join(timeout_seconds)

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                self._try()
        except Exception:
            log.exception("consumer failed")
            self._fail()

    def _try(self) -> None:
        self._came_round()
        consumer = None
        try:
            consumer = kafka.make_reader(self._settings, self._settings.instance)
            self._follow(consumer)
        except Transient as error:
            log.warning("waiting", reason=first_line(error))
            self._stopping.wait(RECOVERY_SECONDS * random.uniform(0.5, 1.5))  # noqa: S311  # jitter, not a secret
        finally:
            if consumer is not None:
                consumer.close()

    def _follow(self, consumer: KafkaConsumer) -> None:
        """Reads until stop(), or until events are missing: then a new consumer begins further back."""
        if not self._assign(consumer):
            self._stopping.wait(RECOVERY_SECONDS)
            return
        if self._sequence is None:
            self._lineage.settle()
            # Asked after the offsets are chosen: an event that is published later is read, and has a higher number.
            progress = shards.progress(self._engine)
            self._sequence = EventSequence(progress, {shard.id: number for shard, number, _, _ in progress})
        self._ready = True
        log.info("following", partitions=len(consumer.assignment()), published=self._sequence.last)
        search = CatchUpCheck(consumer)
        watched_at = time.monotonic()
        while not self._stopping.is_set():
            self._came_round()
            if self._watched():
                watched_at = time.monotonic()
            elif time.monotonic() - watched_at > UNWATCHED_SECONDS:
                self._stand_still(consumer, self._sequence.last)
                assert self._sequence is not None  # noqa: S101  # it may be another one, but there is one
                # Counted from now. Otherwise reading would stop again after a short stream, before it has caught up.
                watched_at = time.monotonic()
            for event in self._poll(consumer):
                self._put(self._sequence, event)
            now = time.monotonic()
            self._pass_on(self._sequence.take(now))
            if self._sequence.misses_an_end:
                self._sequence.include(shards.progress(self._engine), self._lineage.after)
                continue
            stuck = self._sequence.stuck(now, GAP_SECONDS)
            if not stuck:
                search.end()
            elif lost := self._lost(self._sequence, stuck, search):
                for shard in lost:
                    after = self._sequence.last[shard]
                    log.error("events missing", shard=shard, after=after, missing=self._sequence.skip(shard))
                self._interrupt()
                self._pass_on(self._sequence.take(now))
                return

    def _stand_still(self, consumer: KafkaConsumer, last: Mapping[int, int]) -> None:
        """Waits until a stream is open. It reads nothing, but moves the position to resume from with the log."""
        partitions = list(consumer.assignment())
        begin = {partition: consumer.position(partition) for partition in partitions}
        if None in begin.values():
            return  # kafka-python does not know a position yet
        log.info("paused", reason="no stream is open", published=last)
        idle = IdlePosition(begin, last)
        looked, looked_ms = time.monotonic(), self._newest_ms
        pause, longest = LOOK_SECONDS
        while not self._stopping.wait(REST_SECONDS) and not self._watched():
            self._came_round()
            if time.monotonic() - looked < pause:
                continue
            looked, before_ms = time.monotonic(), time.time() * 1000
            ends = consumer.end_offsets(partitions)
            try:
                progress = shards.progress(self._engine)
            except Transient as error:
                log.warning("not looked", reason=first_line(error))
                continue
            if self._watched():
                break  # a stream was opened meanwhile: it may wait for events that this check would skip
            recorded = {shard.id: Recorded(number, all_of_it) for shard, number, all_of_it, _ in progress}
            moved = idle.look(ends, recorded)
            pause = LOOK_SECONDS[0] if moved else min(2 * pause, longest)
            if moved:
                self._sequence = EventSequence(progress, idle.last)
                self._newest_ms = looked_ms
            looked_ms = before_ms
        for partition, offset in idle.begin.items():
            consumer.seek(partition, offset)
        log.info("resumed", published=idle.last)

    def _poll(self, consumer: KafkaConsumer) -> list[LiveEvent]:
        found: list[LiveEvent] = []
        for records in poll(consumer, POLL_SECONDS).values():
            sifted = sift(records, self._check, of_record)
            found += sifted.decoded
            for rejected in sifted.rejected:  # it has no event to show
                log.warning("record ignored", record=rejected.origin, reason=rejected.reason)
        return found

    def _lost(self, sequence: EventSequence, stuck: Sequence[int], search: CatchUpCheck) -> list[int]:
        """The shards of which an event that others wait for is not in Kafka, although the relay recorded its
        acknowledgement.

        A late event is not lost: after a broker restarts, the partitions come back one by one, and the relay sends a
        batch again until it is complete. Numbers that the relay cannot have reached are discarded. Otherwise a client
        that can write to the topic could make this process skip all future events.
        """
        published = {shard.id: number for shard, number, _, _ in shards.progress(self._engine)}
        lost = []
        for shard in stuck:
            reached = published.get(shard, 0) + self._settings.relay_batch
            discarded = sequence.discard_beyond(shard, reached)
            if discarded:
                log.warning("numbers out of reach", shard=shard, records=discarded, reached=reached)
            if sequence.is_awaited(shard, published.get(shard, 0)):
                lost.append(shard)
        return lost if lost and search.exhausted() else []

    def _assign(self, consumer: KafkaConsumer) -> bool:
        numbers = kafka.partitions_of(consumer, EVENTS)
        if not numbers:
            log.warning("waiting", reason=f"there is no topic {EVENTS}")
            return False
        partitions = [TopicPartition(EVENTS, number) for number in sorted(numbers)]
        consumer.assign(partitions)
        # The order matters: the ends first, then the offsets by time. A partition without newer records is read from
        # the end that it had before the second question, so a record that arrives in between is not missed.
        ends = consumer.end_offsets(partitions)
        newest_ms = min(self._newest_ms, time.time() * 1000)  # the clock may have been set back
        since = round(newest_ms - LOOK_BACK_SECONDS * 1000)
        found = consumer.offsets_for_times(dict.fromkeys(partitions, since))
        for partition in partitions:
            begin = found.get(partition)
            consumer.seek(partition, ends[partition] if begin is None else begin.offset)
        return True

    def _put(self, sequence: EventSequence, event: LiveEvent) -> None:
        if self._lineage.known(event.log):
            self._put_in(sequence, event)
        elif begun := self._lineage.begun(event.log):
            log.error("another log", reason="PostgreSQL was restored: all streams start again", after=begun.after)
            progress = shards.progress(self._engine)
            self._sequence = EventSequence(progress, {each.shard.id: begun.after for each in progress})
            self._strangers.clear()
            self._put_in(self._sequence, event)
            self._interrupt()

    def _put_in(self, sequence: EventSequence, event: LiveEvent) -> None:
        shard = event.event.attributes.shard
        if not sequence.knows(shard) and shard not in self._strangers:
            # A shard is in PostgreSQL before any of its events are published.
            sequence.include(shards.progress(self._engine), self._lineage.after)
        if sequence.knows(shard):
            sequence.put(event)
        elif len(self._strangers) < MOST_STRANGERS:
            self._strangers.add(shard)
            log.warning("records of an unknown shard are ignored", shard=shard)

    def _pass_on(self, events: list[LiveEvent]) -> None:
        """Hands events over in pieces that fill half of a stream's buffer. So any number of events can arrive at once,
        and only a client that does not read is dropped."""
        piece = max(1, self._settings.stream_buffer // 2)
        for begin in range(0, len(events), piece):
            self._came_round()
            handed = events[begin : begin + piece]
            self._newest_ms = max(self._newest_ms, min(handed[-1].published_ms, time.time() * 1000))
            self._hand_over(handed)
            freshness.measure(handed, time.time())
            self._stopping.wait(REST_SECONDS)
