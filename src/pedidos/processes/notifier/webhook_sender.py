"""Sends what waits for subscribers: leases endpoints, sends what is due for each, and notes what became of it.

An endpoint belongs to one process at a time, so the events of an order go out in their order. Each endpoint has a task
of its own: a slow one delays no other. A delivery is sent once, unless this process dies, or is paused for longer
than the lease, between the subscriber's answer and its note: then it comes again, under the same webhook-id.
"""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from itertools import groupby
from typing import TypeVar

import structlog
from sqlalchemy import Engine

from pedidos.crash_points import CrashPoint, reach
from pedidos.domain.mail_sending import AWAY
from pedidos.domain.webhooks import FAILURES, HOLD, Answer, Verdict, pause, verdict
from pedidos.errors import Transient, first_line
from pedidos.processes.notifier.pause import Pause
from pedidos.processes.notifier.webhook_client import WebhookClient
from pedidos.security.account_keys import AccountKeys, Unreadable
from pedidos.security.webhook_secrets import opened
from pedidos.security.webhook_signing import Secret
from pedidos.storage.dead_letters import letters
from pedidos.storage.webhooks import queue
from pedidos.storage.webhooks.queue import Attempt, Due, Health, Lease
from pedidos.telemetry.catalogue import notifications as metrics

SOURCE = "webhook"
"""Of the dead letters of deliveries."""

ENDPOINTS = 300
"""Served at the same time."""
AT_ONCE = 200
"""Deliveries of an endpoint that are read at a time."""
PARALLEL = 40
"""Requests to one endpoint at the same time, each for another order."""
LEASE_SECONDS = 60.0
AWAY_SECONDS = 2.0
"""Longest pause while PostgreSQL is away."""
COUNT_SECONDS = 5.0
DATABASE_THREADS = 4

_STATES = {Verdict.DELIVERED: "delivered", Verdict.LATER: "waiting", Verdict.FAILED: "failed", Verdict.GONE: "failed"}

T = TypeVar("T")

logger = structlog.get_logger()


class WebhookSender:
    """make_client: called on the event loop. language: of mails to owners of whom none is known."""

    def __init__(
        self,
        engine: Engine,
        keys: AccountKeys,
        make_client: Callable[[], WebhookClient],
        timeout_seconds: float,
        language: str,
        came_round: Callable[[], None],
    ) -> None:
        self._engine = engine
        self._language = language
        self._keys = keys
        self._make_client = make_client
        self._timeout_seconds = timeout_seconds
        self._came_round = came_round
        self._pause = Pause()
        self._threads = ThreadPoolExecutor(DATABASE_THREADS, thread_name_prefix="webhooks")
        self._serving: set[asyncio.Task[None]] = set()
        self._counted = -COUNT_SECONDS

    def wake(self) -> None:
        """There may be something to send. To be called on the event loop."""
        self._pause.wake()

    async def run(self, living: Callable[[], bool]) -> None:
        """Sends until living() is False. Waits for PostgreSQL while it is away."""
        client = self._make_client()
        failures = 0
        try:
            while living():
                self._came_round()
                self._pause.looking()
                try:
                    taken = await self._take()
                    failures = 0
                except Transient as error:
                    failures += 1
                    logger.warning("webhooks wait", reason=first_line(error))
                    await asyncio.sleep(min(AWAY_SECONDS, AWAY.pause(failures, _chance())))
                    continue
                for lease in taken:
                    task = asyncio.create_task(self._serve(client, lease, living))
                    self._serving.add(task)
                    task.add_done_callback(self._ended)
                if taken:
                    self._pause.found()
                if len(taken) < ENDPOINTS:
                    await self._pause.wait()
            if self._serving:
                await asyncio.wait(self._serving, timeout=self._timeout_seconds)
        finally:
            await client.close()
            self._threads.shutdown(wait=False)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._serving.discard(task)
        self._pause.wake()
        error = None if task.cancelled() else task.exception()
        if error is not None:
            # Its lease ends, and it is served again; the others must not wait for it.
            logger.error("endpoint failed", exc_info=error)

    async def _take(self) -> list[Lease]:
        if time.monotonic() - self._counted >= COUNT_SECONDS:
            self._counted = time.monotonic()
            figures = await self._in_thread(partial(queue.figures, self._engine))
            metrics.WEBHOOKS_WAITING.set(figures.waiting)
            metrics.WEBHOOK_ENDPOINTS.set(figures.wanting)
            metrics.WEBHOOK_ENDPOINTS_HELD.set(figures.held)
        room = ENDPOINTS - len(self._serving)
        if room <= 0:
            return []
        return await self._in_thread(partial(queue.take, self._engine, room, LEASE_SECONDS))

    async def _serve(self, client: WebhookClient, lease: Lease, living: Callable[[], bool]) -> None:
        """Sends what is due for an endpoint until nothing is, or it fails again and again."""
        endpoint = _Endpoint(lease, client, self._secrets(lease), self._timeout_seconds)
        try:
            while True:
                limit = 1 if endpoint.on_trial else AT_ONCE
                due = await self._in_thread(partial(queue.due, self._engine, lease, limit))
                if due:
                    await endpoint.send(due)
                goes_on = len(due) == limit and not endpoint.tripped and living()
                if not await self._settle(endpoint, goes_on=goes_on) or not goes_on:
                    return
        except Transient as error:
            # Its lease ends, and what was sent without a note comes again: the stated window.
            logger.warning("endpoint left", endpoint=str(lease.endpoint_id), reason=first_line(error))

    async def _settle(self, endpoint: "_Endpoint", *, goes_on: bool) -> bool:
        lease, attempts = endpoint.lease, endpoint.take_attempts()
        for attempt in attempts:
            if attempt.state == "failed" and not endpoint.gone:
                await self._in_thread(partial(self._tell_desk, lease, attempt))
        if attempts:
            reach(CrashPoint.NOTIFIER_WEBHOOK_SENT)
        held = await self._in_thread(
            partial(
                queue.settle,
                self._engine,
                lease,
                attempts,
                endpoint.health(_chance()),
                LEASE_SECONDS,
                self._language,
                goes_on=goes_on,
            )
        )
        if not held:
            logger.warning("lease lost", endpoint=str(lease.endpoint_id), sent=len(attempts))
        elif endpoint.gone:
            await self._in_thread(partial(self._end, lease))
        endpoint.renew()
        return held

    def _tell_desk(self, lease: Lease, attempt: Attempt) -> None:
        said = attempt.reason or f"it answered {attempt.status}"
        reason = f"A webhook of {attempt.delivery.type} was not taken: {said}"
        letters.write(self._engine, SOURCE, str(attempt.delivery.id), reason, attempt.delivery.order_id)
        logger.warning("webhook failed", endpoint=str(lease.endpoint_id), delivery=str(attempt.delivery.id))

    def _end(self, lease: Lease) -> None:
        waited = queue.end(self._engine, lease.endpoint_id, self._language)
        logger.warning("endpoint gone", endpoint=str(lease.endpoint_id), waited=waited)

    def _secrets(self, lease: Lease) -> list[Secret]:
        """Those that can be opened: without a signature, a subscriber refuses what comes."""
        found = []
        for scheme, sealed in lease.secrets:
            try:
                found.append(opened(self._keys, lease.endpoint_id, scheme, sealed))
            except Unreadable as error:
                logger.error("secret not readable", endpoint=str(lease.endpoint_id), reason=first_line(error))  # noqa: TRY400
        return found

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


class _Endpoint:
    """An endpoint that is being served: how it fares, and the attempts that are not noted yet."""

    def __init__(self, lease: Lease, client: WebhookClient, secrets: Sequence[Secret], timeout_seconds: float) -> None:
        self.lease = lease
        self.gone = False
        self._client = client
        self._secrets = secrets
        self._timeout_seconds = timeout_seconds
        self._failures = lease.failures
        self._trials = lease.trials
        self._attempts: list[Attempt] = []
        self._slots = asyncio.Semaphore(PARALLEL)
        self.renew()

    @property
    def on_trial(self) -> bool:
        """Whether single trials are sent only."""
        return self._failures >= FAILURES

    @property
    def tripped(self) -> bool:
        return self.on_trial or self.gone

    def renew(self) -> None:
        self._until = time.monotonic() + LEASE_SECONDS

    def take_attempts(self) -> list[Attempt]:
        found, self._attempts = self._attempts, []
        return found

    def health(self, chance: float) -> Health:
        hold = HOLD.pause(self._trials + 1, chance) if self.on_trial else 0.0
        return Health(self._failures, self._trials, hold, self.gone)

    async def send(self, due: Sequence[Due]) -> None:
        """Sends these: of each order one after the other, of different orders at the same time."""
        by_order = sorted(due, key=lambda each: (each.order_id, each.version))
        chains = [list(chain) for _, chain in groupby(by_order, key=lambda each: each.order_id)]
        await asyncio.gather(*(self._send_chain(chain) for chain in chains))

    async def _send_chain(self, chain: Sequence[Due]) -> None:
        trial = self.on_trial
        for delivery in chain:
            async with self._slots:
                if (self.tripped and not trial) or time.monotonic() + self._timeout_seconds > self._until:
                    return
                if not await self._send_one(delivery):
                    return

    async def _send_one(self, delivery: Due) -> bool:
        """Whether it was taken: otherwise the rest of its order waits."""
        at, began = datetime.now(UTC), time.perf_counter()
        answer, said = await self._client.send(self.lease.url, delivery, self._secrets)
        took = time.perf_counter() - began
        attempt = delivery.attempts + 1 - delivery.before
        found = verdict(answer, attempt, delivery.age_seconds)
        metrics.WEBHOOK_SECONDS.observe(took)
        metrics.WEBHOOKS_SENT[found].inc()
        self._count(answer, found)
        again = pause(answer, attempt, _chance()) if found is Verdict.LATER else 0.0
        self._attempts.append(
            Attempt(delivery, at, round(took * 1000), answer.status, answer.reason, said, _STATES[found], again)
        )
        return found is Verdict.DELIVERED

    def _count(self, answer: Answer, found: Verdict) -> None:
        if answer.is_good:
            self._failures = self._trials = 0
            return
        self._trials += self.on_trial
        self._failures = min(FAILURES, self._failures + 1)
        self.gone = self.gone or found is Verdict.GONE


def _chance() -> float:
    return random.random()  # noqa: S311  # jitter
