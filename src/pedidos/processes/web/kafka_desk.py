"""What the pages of an operator ask Kafka: how it is, once a second for all who look, and a few records at a time.

A page cannot harm the brokers: the state is read when somebody looks, at most once per SHOWN_SECONDS in this process,
and records are read by one request at a time, within the limits of `messaging.looking`.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import NamedTuple

from kafka.admin import KafkaAdminClient

from pedidos.errors import KafkaUnavailable, first_line
from pedidos.http import problems
from pedidos.messaging import cluster_view, kafka
from pedidos.messaging.cluster_view import Cluster
from pedidos.messaging.looking import RecordReader
from pedidos.messaging.signatures import SignatureCheck
from pedidos.processes.web.fresh import Fresh
from pedidos.settings.groups.kafka import KafkaSettings

SHOWN_SECONDS = 0.9
"""How long a state is shown before it is read again: a page asks once a second."""
AGAIN_SECONDS = 3.0
"""After a failure, nothing is asked for this time."""
PATIENCE_SECONDS = 2.0
TURN_SECONDS = 1.0
RATE_SECONDS = 10.0

CLIENT_ID = "pedidos-web"

Rates = Mapping[tuple[str, int], float]
"""Records per second that each partition gets; empty at the first look."""


class State(NamedTuple):
    """cluster: None if Kafka could not be read; trouble says why."""

    cluster: Cluster | None
    rates: Rates
    trouble: str


NOT_READ = State(None, {}, "")


class KafkaDesk:
    """settings: None if this process does not know where Kafka is. check: of signatures; None without the keys."""

    def __init__(
        self,
        settings: KafkaSettings | None,
        check: SignatureCheck | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self.check = check
        self._reading = Lock()
        self._admin: KafkaAdminClient | None = None
        self._state = Fresh(self._read, NOT_READ, PATIENCE_SECONDS, clock)
        self._ends: deque[tuple[float, dict[tuple[str, int], int]]] = deque()

    @property
    def known(self) -> bool:
        return self._settings is not None

    def state(self) -> State:
        """How it is now, at most a second old."""
        return self._state.get()

    @contextmanager
    def records(self) -> Iterator[RecordReader]:
        """A reader, for one request at a time. Raises Busy, and KafkaUnavailable if it is not known where Kafka is."""
        if self._settings is None:
            raise KafkaUnavailable("PEDIDOS_KAFKA_BOOTSTRAP is not set")
        if not self._reading.acquire(timeout=TURN_SECONDS):
            raise problems.Busy
        try:
            yield RecordReader(self._settings, CLIENT_ID)
        finally:
            self._reading.release()

    def _read(self) -> tuple[State, float]:
        if self._settings is None:
            return NOT_READ, AGAIN_SECONDS
        try:
            if self._admin is None:
                self._admin = kafka.make_looking_admin(self._settings, CLIENT_ID, PATIENCE_SECONDS)
            cluster = cluster_view.look(self._admin)
        except KafkaUnavailable as error:
            self._ends.clear()
            self._forget()
            return State(None, {}, first_line(error)), AGAIN_SECONDS
        return State(cluster, self._rates(cluster), ""), SHOWN_SECONDS

    def _forget(self) -> None:
        """Ends a client whose connections are of no use any more."""
        admin, self._admin = self._admin, None
        if admin is not None:
            admin.close()

    def _rates(self, cluster: Cluster) -> Rates:
        now = self._clock()
        ends = {(topic.name, each.number): each.end for topic in cluster.topics for each in topic.partitions}
        while self._ends and self._ends[0][0] < now - RATE_SECONDS:
            self._ends.popleft()
        self._ends.append((now, ends))
        then, before = self._ends[0]
        if now <= then:
            return {}
        return {place: max(0, end - before.get(place, end)) / (now - then) for place, end in ends.items()}
