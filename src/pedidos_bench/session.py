"""A started system and its requests so far: the orders that it accepted, and whether it processed them correctly."""

import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from uuid import uuid4

from pedidos_bench.cpu import cpu_seconds
from pedidos_bench.job import Job, Record
from pedidos_bench.loading import Loading, loading
from pedidos_bench.system import Servers, Target

LOOK_SECONDS = 0.005
STALL_SECONDS = 60.0
"""A system that confirms nothing for this long, while orders wait, has stalled."""

SHOWN_FINDINGS = 20


class Stalled(Exception):
    """Accepted orders are not confirmed."""


@dataclass
class Session:
    """A running system. accepted: the ids of all orders that it has accepted. refused: the requests that it has
    refused."""

    system: str
    target: Target
    servers: Servers
    accepted: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def loading(
        self,
        orders: int,
        *,
        connections: int = 32,
        rate: float | None = None,
        tokens: Sequence[str] | None = None,
        bodies: Sequence[bytes] | None = None,
    ) -> AbstractContextManager[Loading]:
        """Starts a load client; see load.Job. Pass its record to take() when it is done."""
        job = Job(
            url=self.target.url,
            ca_file=None if self.target.ca_file is None else str(self.target.ca_file),
            tokens=tokens or self.target.tokens,
            bodies=[body.decode() for body in bodies or self.target.bodies],
            run=f"{uuid4().hex}-",
            orders=orders,
            connections=min(connections, orders),
            rate=rate,
        )
        return loading(job)

    def take(self, record: Record) -> Record:
        """Records which orders were accepted and which requests were refused."""
        self.accepted += [placed.order_id for placed in record.placed if placed.order_id is not None]
        self.refused += [
            f"a request was answered with {placed.status or 'nothing'}"
            for placed in record.placed
            if placed.order_id is None
        ]
        return record

    def place(
        self,
        orders: int,
        *,
        connections: int = 32,
        rate: float | None = None,
        bodies: Sequence[bytes] | None = None,
    ) -> Record:
        """Places these orders; returns when the last one has its answer. bodies: other ones than the target's."""
        with self.loading(orders, connections=connections, rate=rate, bodies=bodies) as client:
            return self.take(client.record())

    def until_confirmed(self) -> float:
        """Waits until all accepted orders are confirmed. Returns that time, as time.monotonic(). Raises Stalled."""
        seen, since = -1, time.monotonic()
        while True:
            confirmed = self.target.confirmed()
            now = time.monotonic()
            if confirmed >= len(self.accepted):
                return now
            if confirmed > seen:
                seen, since = confirmed, now
            elif now - since > STALL_SECONDS:
                raise Stalled(f"{self.system}: only {confirmed} of {len(self.accepted)} orders are confirmed")
            time.sleep(LOOK_SECONDS)

    def processes(self) -> dict[str, Sequence[int]]:
        """Role → process ids of all processes of this system."""
        return {**self.target.processes(), **self.servers.processes}

    def cpu(self) -> dict[str, float]:
        """CPU seconds by role so far."""
        return cpu_seconds(self.processes())

    def findings(self) -> list[str]:
        """What is wrong with the orders, as text; each refused request is a finding, too."""
        found = [*self.refused, *self.target.audit(self.accepted)]
        more = len(found) - SHOWN_FINDINGS
        return found if more <= 0 else [*found[:SHOWN_FINDINGS], f"and {more} more"]
