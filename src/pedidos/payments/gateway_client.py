"""The client of the payment gateway: sends many requests at the same time from synchronous code.

It has no thread of its own: requests and answers move inside the calls, and wait while the caller works on a group. The
connections are kept alive as long as the thread lives, and are created at its first use after a fork.

No failure of the gateway or the network raises: a missing answer is an answer too, Verdict.UNKNOWN with the reason, and
so is one that breaks the contract (payments.answers). This module does not repeat requests; a caller that gets UNKNOWN
asks again later with the same key. libcurl repeats one whose kept-alive connection was closed before a byte of an
answer came. Every request goes through `_Line._begin`. A circuit breaker there protects a gateway that seems to be
down: meanwhile, callers get an answer that says so immediately.
"""

import os
import random
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import orjson
import structlog

from pedidos.domain.circuit import Circuit, State
from pedidos.domain.payment import Answer, Trouble, Verdict, order_of
from pedidos.errors import Misconfigured
from pedidos.payments.answers import MAX_BYTES, UNDERSTOOD, Expected, understand, unknown
from pedidos.payments.transfers import Reply, Transfers
from pedidos.sentence import Sentence
from pedidos.telemetry import attributes, traces
from pedidos.telemetry import catalogue as metrics

GRACE_SECONDS = 0.01
"""When the patience ends, answers that came while the caller worked are still read: until none has come for this
long."""

CONCURRENCY = 100
"""Maximum number of concurrent requests per thread."""

NO_ACCESS = (401, 403)
"""Status codes of a gateway that does not accept our key: it answers no request, as if it were down."""

SILENCE_SECONDS = 1.5
"""A request that is abandoned after this wait counts as a failure of the gateway. One that was abandoned earlier proves
nothing."""

logger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Charge:
    key: str
    amount_cents: int
    token: str


@dataclass(frozen=True, slots=True)
class Undo:
    """amount_cents: the amount that was, or would have been, charged."""

    key: str
    amount_cents: int


@dataclass(frozen=True, slots=True)
class PartRefund:
    """charge: the key of the charge of which a part is returned."""

    key: str
    charge: str
    amount_cents: int


Group = list[tuple[str, Answer]]

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


@dataclass(frozen=True, slots=True)
class _Ask:
    url: str
    body: bytes
    expected: Expected


_CHARGED = {
    "captured": Verdict.CAPTURED,
    "declined": Verdict.DECLINED,
    "refunded": Verdict.REFUNDED,
    "voided": Verdict.VOIDED,
}

_UNDONE = {"refunded": Verdict.REFUNDED, "voided": Verdict.VOIDED, "declined": Verdict.VOIDED}
"""A declined charge holds no money either."""

_RETURNED = {"refunded": Verdict.REFUNDED, "refused": Verdict.DECLINED}


def authorization(key: str | None) -> dict[str, str]:
    """The header with our key for the gateway."""
    return {} if key is None else {"Authorization": f"Bearer {key}"}


def trust(ca_file: Path | None) -> ssl.SSLContext | None:
    """The certificate authorities that may vouch for the gateway; None for those of the system. Raises Misconfigured if
    the file holds none."""
    try:
        return None if ca_file is None else ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise Misconfigured(
            Sentence(
                "PEDIDOS_GATEWAY_CA_FILE={ca_file} holds no certificate that can be read ({reason}). Correct it.",
                ca_file=ca_file,
                reason=error,
            )
        ) from error


def _lines(headers: Mapping[str, str]) -> list[str]:
    return [f"{name}: {value}" for name, value in headers.items()]


class GatewayClient:
    """One per process is enough. Threads and forked child processes that share it each get their own connections."""

    def __init__(
        self,
        base_url: str,
        timeout_seconds: float,
        concurrency: int = CONCURRENCY,
        *,
        key: str | Callable[[], str | None] | None = None,
        ca_file: Path | None = None,
    ) -> None:
        """timeout_seconds is the maximum wait for one answer; concurrency the maximum number of concurrent requests per
        thread; key our credential, sent as a bearer token, or what returns it at each request. ca_file: as for `trust`,
        with its errors."""
        self._base = base_url.rstrip("/")
        self._charges = f"{self._base}/v1/charges"
        self._timeout = timeout_seconds
        self._concurrency = concurrency
        trust(ca_file)
        self._ca_file = ca_file
        headers = {
            "Content-Type": "application/json",
            "Accept": "*/*",
            "Accept-Encoding": "identity",
            "User-Agent": "pedidos",
        }
        self._headers = _lines(headers)
        self._key = key
        self._local = threading.local()
        self._inherited: list[_Line] = []

    def _headers_now(self) -> list[str]:
        key = self._key() if callable(self._key) else self._key
        return [*self._headers, *_lines(authorization(key))]

    def charge_many(self, charges: Sequence[Charge], patience_seconds: float) -> Iterator[Group]:
        """Charges all of them at the same time; yields groups of (key, answer) as they arrive, every key exactly once.

        After patience_seconds the rest is UNKNOWN: those requests are abandoned, although the gateway may still charge.
        REFUNDED means that the charge was undone meanwhile.
        """
        return self._many(
            [
                _Ask(
                    self._charges,
                    orjson.dumps({"amount_cents": charge.amount_cents, "token": charge.token}),
                    Expected(charge.key, charge.amount_cents, _CHARGED),
                )
                for charge in charges
            ],
            patience_seconds,
        )

    def undo_many(self, undos: Sequence[Undo], patience_seconds: float) -> Iterator[Group]:
        """Makes sure that the gateway keeps no money of these keys: REFUNDED, VOIDED (none was taken, and none will
        be), or UNKNOWN."""
        return self._many(
            [
                _Ask(
                    f"{self._base}/v1/charges/{quote(undo.key, safe='')}/undo",
                    b"",
                    Expected(undo.key, undo.amount_cents, _UNDONE),
                )
                for undo in undos
            ],
            patience_seconds,
        )

    def refund_many(self, refunds: Sequence[PartRefund], patience_seconds: float) -> Iterator[Group]:
        """Returns a part of a charge for each key, once: REFUNDED, DECLINED (for good: less than that is left of the
        charge), or UNKNOWN."""
        return self._many(
            [
                _Ask(
                    f"{self._base}/v1/charges/{quote(refund.charge, safe='')}/refunds",
                    orjson.dumps({"amount_cents": refund.amount_cents}),
                    Expected(refund.key, refund.amount_cents, _RETURNED),
                )
                for refund in refunds
            ],
            patience_seconds,
        )

    def close(self) -> None:
        """Closes this thread's connections. The client can be used again."""
        line: _Line | None = getattr(self._local, "line", None)
        if line is not None and line.pid == os.getpid():
            line.close()
        self._local.line = None

    def _many(self, asks: list[_Ask], patience_seconds: float) -> Iterator[Group]:
        if asks:
            for group in self._line().run(list({ask.expected.key: ask for ask in asks}.values()), patience_seconds):
                for verdict, answers in Counter(answer.verdict for _, answer in group).items():
                    metrics.GATEWAY_ANSWERS[verdict].inc(answers)
                yield group

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
                self._headers_now,
            )
        return line


@dataclass(slots=True)
class _Flight:
    """A request without an answer so far. trial: it decides whether the circuit closes."""

    ask: _Ask
    began: float
    trial: bool
    call: traces.Call


class _Line:
    """One thread's connections."""

    def __init__(
        self, transfers: Transfers, timeout_seconds: float, concurrency: int, headers: Callable[[], list[str]]
    ) -> None:
        self.pid = os.getpid()
        self._transfers = transfers
        self._timeout = timeout_seconds
        self._concurrency = concurrency
        self._headers = headers
        self._circuit = Circuit()
        self._flights: dict[str, _Flight] = {}
        """By key, in the order in which they began."""

    def run(self, asks: list[_Ask], patience_seconds: float) -> Iterator[Group]:
        deadline = time.monotonic() + patience_seconds
        waiting = dict.fromkeys(ask.expected.key for ask in asks)
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
            not_begun = {ask.expected.key for ask in todo}
            yield [(key, LATE if key not in not_begun else NOT_BEGUN) for key in waiting]

    def close(self) -> None:
        self._transfers.close()

    def _take(self, todo: Iterator[_Ask], seconds: float) -> Group:
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

    def _begin_more(self, todo: Iterator[_Ask], group: Group) -> bool:
        """Begins as many requests as there may be; returns whether there are any. Adds to the group those that are not
        sent."""
        begun = False
        while len(self._flights) < self._concurrency:
            ask = next(todo, None)
            if ask is None:
                break
            if self._begin(ask):
                begun = True
            else:
                group.append((ask.expected.key, HELD_BACK))
        return begun

    def _begin(self, ask: _Ask) -> bool:
        """Begins a request, if the circuit allows it."""
        key = ask.expected.key
        call = traces.current().call("gateway", key).__enter__()
        now = time.monotonic()
        found, self._circuit = self._circuit.admit(now)
        if found is State.OPEN:
            _end(call, HELD_BACK)
            return False
        self._flights[key] = _Flight(ask, now, found is State.HALF_OPEN, call)
        self._transfers.post(key, ask.url, [*self._headers(), f"Idempotency-Key: {key}"], ask.body)
        return True

    def _arrived(self) -> Group:
        if not self._flights:
            return []
        return [(key, self._answer(self._flights.pop(key), reply)) for key, reply in self._transfers.arrived()]

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

    def _answer(self, flight: _Flight, reply: Reply) -> Answer:
        answer = self._understood(flight, reply)
        _end(flight.call, answer)
        return answer

    def _understood(self, flight: _Flight, reply: Reply) -> Answer:
        if reply.failure is not None:
            answer = unknown(reply.failure, reached=reply.reached)
            self._failed(answer.reason, trial=flight.trial)
            return answer
        if reply.status >= 500 or reply.status in NO_ACCESS:
            self._failed(f"HTTP {reply.status}", trial=flight.trial)
        else:
            self._succeeded()
        expected = flight.ask.expected
        if reply.body is None:
            answer = unknown(f"HTTP {reply.status}: the answer is longer than {MAX_BYTES} bytes")
        else:
            answer = understand(reply.status, reply.content_type, reply.body, expected)
        if answer.verdict is Verdict.UNKNOWN and reply.status in UNDERSTOOD:
            logger.warning(
                "the gateway's answer is not understood", order_id=order_of(expected.key), reason=answer.reason
            )
        return answer

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
