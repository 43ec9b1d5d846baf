"""Many conversations with a payment provider at the same time, from synchronous code.

A conversation is one request, or several of which each follows from the answer before; it ends with an answer for its
key. There is no thread for it: requests and answers move inside the calls, and wait while the caller works on a group.
The connections are kept alive as long as the thread lives, and are created at its first use after a fork.

No failure of the provider or the network raises: a missing answer is an answer too, Verdict.UNKNOWN with the reason.
This module does not repeat requests; a caller that gets UNKNOWN asks again later with the same key. libcurl repeats one
whose kept-alive connection was closed before a byte of an answer came. A circuit breaker protects a provider that seems
to be down: meanwhile, callers get an answer that says so immediately.
"""

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

import structlog

from pedidos.domain.circuit import Circuit, State
from pedidos.domain.payment import Answer, Trouble, Verdict, order_of
from pedidos.payments.access import trust
from pedidos.payments.answers import MAX_BYTES, UNDERSTOOD, unknown
from pedidos.payments.port import Group
from pedidos.payments.transfers import Reply, Transfers
from pedidos.telemetry import attributes, traces
from pedidos.telemetry.catalogue import payments as metrics

GRACE_SECONDS = 0.01
"""When the patience ends, answers that came while the caller worked are still read: until none has come for this
long."""

CONCURRENCY = 100
"""Maximum number of concurrent conversations per thread."""

NO_ACCESS = (401, 403)
"""Status codes of a gateway that does not accept our key: it answers no request, as if it were down."""

SILENCE_SECONDS = 1.5
"""A request that is abandoned after this wait counts as a failure of the gateway. One that was abandoned earlier proves
nothing."""

logger = structlog.get_logger()

LATE = Answer(Verdict.UNKNOWN, reason="no answer in time", late=True, trouble=Trouble.SILENT)
HELD_BACK = Answer(
    Verdict.UNKNOWN,
    reason="held back: the gateway seems to be down",
    asked=False,
    reached=False,
    trouble=Trouble.AWAY,
)
NOT_BEGUN = Answer(
    Verdict.UNKNOWN,
    reason="not asked in time: others were waited for",
    asked=False,
    reached=False,
    late=True,
    trouble=Trouble.SILENT,
)


class Request(NamedTuple):
    """body: None for a GET. headers: lines, besides those that every request has."""

    url: str
    body: bytes | None
    headers: tuple[str, ...] = ()


class Heard(NamedTuple):
    """An answer of the provider whose body is not too long."""

    status: int
    content_type: str
    body: bytes


class Conversation(Protocol):
    """What is asked under a key."""

    @property
    def key(self) -> str: ...

    def first(self) -> Answer | Request:
        """The first request; an answer if there is nothing to ask."""
        ...

    def heard(self, said: Heard) -> Answer | Request:
        """What follows from the answer to the last request: the end, or another request. It raises nothing."""
        ...


class Lines:
    """The connections of all threads. timeout_seconds: the longest wait for the end of one conversation. headers: of
    every request, looked up at each."""

    def __init__(
        self,
        timeout_seconds: float,
        concurrency: int,
        ca_file: Path | None,
        headers: Callable[[], Sequence[str]],
    ) -> None:
        """concurrency: the maximum number of concurrent conversations per thread. ca_file: as for `trust`, with its
        errors."""
        trust(ca_file)
        self._timeout = timeout_seconds
        self._concurrency = concurrency
        self._ca_file = ca_file
        self._headers = headers
        self._local = threading.local()
        self._inherited: list[_Line] = []

    def run(self, asks: Sequence[Conversation], patience_seconds: float) -> Iterator[Group]:
        """Has these conversations at the same time, one for each key. Yields the answers in groups, as they arrive."""
        if asks:
            for group in self._line().run(list({ask.key: ask for ask in asks}.values()), patience_seconds):
                for verdict, answers in Counter(answer.verdict for _, answer in group).items():
                    metrics.GATEWAY_ANSWERS[verdict].inc(answers)
                yield group

    def close(self) -> None:
        """Closes this thread's connections."""
        line: _Line | None = getattr(self._local, "line", None)
        if line is not None and line.pid == os.getpid():
            line.close()
        self._local.line = None

    def _line(self) -> "_Line":
        line: _Line | None = getattr(self._local, "line", None)
        if line is None or line.pid != os.getpid():
            if line is not None:
                # The parent's connections: ending them here would also end them for the parent.
                self._inherited.append(line)
            line = self._local.line = _Line(
                Transfers(self._concurrency, MAX_BYTES, self._ca_file),
                self._timeout,
                self._concurrency,
                self._headers,
            )
        return line


@dataclass(slots=True)
class _Flight:
    """A conversation that goes on. trial: it decides whether the circuit closes."""

    ask: Conversation
    began: float
    trial: bool
    call: traces.Call


class _Line:
    """One thread's connections."""

    def __init__(
        self, transfers: Transfers, timeout_seconds: float, concurrency: int, headers: Callable[[], Sequence[str]]
    ) -> None:
        self.pid = os.getpid()
        self._transfers = transfers
        self._timeout = timeout_seconds
        self._concurrency = concurrency
        self._headers = headers
        self._circuit = Circuit()
        self._flights: dict[str, _Flight] = {}
        """By key, in the order in which they began."""

    def run(self, asks: list[Conversation], patience_seconds: float) -> Iterator[Group]:
        deadline = time.monotonic() + patience_seconds
        waiting = dict.fromkeys(ask.key for ask in asks)
        todo = iter(asks)
        try:
            while waiting:
                left = deadline - time.monotonic()
                group = self._take(todo, max(left, GRACE_SECONDS))
                if not group and left <= 0:
                    break
                for key, _ in group:
                    del waiting[key]
                if group:
                    yield group
        finally:
            self._give_up()
        if waiting:
            not_begun = {ask.key for ask in todo}
            yield [(key, LATE if key not in not_begun else NOT_BEGUN) for key in waiting]

    def close(self) -> None:
        self._transfers.close()

    def _take(self, todo: Iterator[Conversation], seconds: float) -> Group:
        """Returns everything that has arrived, as soon as there is something; empty if nothing arrives within these
        seconds. The next requests are on their way by then."""
        until = time.monotonic() + seconds
        while True:
            group = self._arrived()
            if self._begin_more(todo, group):
                group += self._arrived()
            if not group:
                group = self._too_late()
            if group:
                return group
            now = time.monotonic()
            if now >= until:
                return group
            oldest = next(iter(self._flights.values()))
            self._transfers.wait(min(until, oldest.began + self._timeout) - now)

    def _begin_more(self, todo: Iterator[Conversation], group: Group) -> bool:
        """Begins as many requests as there may be; returns whether there are any. Adds to the group those that are not
        sent."""
        begun = False
        while len(self._flights) < self._concurrency:
            ask = next(todo, None)
            if ask is None:
                break
            first = ask.first()
            if isinstance(first, Answer):
                group.append((ask.key, first))
            elif self._begin(ask, first):
                begun = True
            else:
                group.append((ask.key, HELD_BACK))
        return begun

    def _begin(self, ask: Conversation, first: Request) -> bool:
        """Begins a request, if the circuit allows it."""
        key = ask.key
        call = traces.current().call("gateway", key).__enter__()
        now = time.monotonic()
        found, self._circuit = self._circuit.admit(now)
        if found is State.OPEN:
            _end(call, HELD_BACK)
            return False
        self._flights[key] = _Flight(ask, now, found is State.HALF_OPEN, call)
        self._send(key, first)
        return True

    def _send(self, key: str, request: Request) -> None:
        self._transfers.ask(key, request.url, [*self._headers(), *request.headers], request.body)

    def _arrived(self) -> Group:
        if not self._flights:
            return []
        group = []
        for key, reply in self._transfers.arrived():
            flight = self._flights[key]
            said = self._understood(flight, reply)
            if isinstance(said, Request):
                self._send(key, said)
            else:
                del self._flights[key]
                _end(flight.call, said)
                group.append((key, said))
        return group

    def _too_late(self) -> Group:
        """Gives up the requests whose time is over."""
        now = time.monotonic()
        late = []
        for key, flight in self._flights.items():
            if now - flight.began < self._timeout:
                break
            late.append(key)
        self._transfers.abandon(late)
        group = []
        for key in late:
            flight = self._flights.pop(key)
            self._failed(LATE.reason, trial=flight.trial)
            _end(flight.call, LATE)
            group.append((key, LATE))
        return group

    def _understood(self, flight: _Flight, reply: Reply) -> Answer | Request:
        if reply.failure is not None:
            answer = unknown(reply.failure, reached=reply.reached)
            self._failed(answer.reason, trial=flight.trial)
            return answer
        if reply.status >= 500 or reply.status in NO_ACCESS:
            self._failed(f"HTTP {reply.status}", trial=flight.trial)
        else:
            self._succeeded()
        if reply.body is None:
            said: Answer | Request = unknown(f"HTTP {reply.status}: the answer is longer than {MAX_BYTES} bytes")
        else:
            said = flight.ask.heard(Heard(reply.status, reply.content_type, reply.body))
        if isinstance(said, Answer) and said.verdict is Verdict.UNKNOWN and reply.status in UNDERSTOOD:
            logger.warning(
                "the gateway's answer is not understood", order_id=order_of(flight.ask.key), reason=said.reason
            )
        return said

    def _failed(self, reason: str | None, *, trial: bool) -> None:
        now = time.monotonic()
        before = self._circuit.state(now)
        self._circuit = self._circuit.failed(now, random.random(), trial=trial)  # noqa: S311  # jitter, not a secret
        if before is State.CLOSED and self._circuit.state(now) is State.OPEN:
            metrics.GATEWAY_OPENED.inc()
            metrics.GATEWAY_CIRCUIT.set(1)
            logger.warning("the gateway is spared", reason=reason)

    def _succeeded(self) -> None:
        if self._circuit.state(time.monotonic()) is not State.CLOSED:
            metrics.GATEWAY_CIRCUIT.set(0)
            logger.info("the gateway answers again")
        self._circuit = self._circuit.succeeded()

    def _give_up(self) -> None:
        """Abandons the requests that have no answer yet."""
        now = time.monotonic()
        self._transfers.abandon(self._flights.keys())
        for flight in self._flights.values():
            if now - flight.began >= SILENCE_SECONDS:
                self._failed(LATE.reason, trial=flight.trial)
            flight.call.__exit__(TimeoutError, None, None)
        self._flights.clear()


def _end(call: traces.Call, answer: Answer) -> None:
    call.answered({attributes.VERDICT: answer.verdict.value, attributes.REASON: answer.reason or ""})
    call.__exit__(None, None, None)
