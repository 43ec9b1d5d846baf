"""The client of the payment gateway: sends many requests at the same time from synchronous code.

It has an asyncio loop without a separate thread: the loop runs inside the calls, and pauses while the caller works on a
group. The loop and its kept-alive connections live as long as the thread, and are created at the first use after a
fork.

No failure of the gateway or the network raises: a missing answer is an answer too, Verdict.UNKNOWN with the reason, and
so is one that breaks the contract (payments.answers). This module does not repeat requests; a caller that gets UNKNOWN
asks again later with the same key. Every request goes through `_Line.ask`. A circuit breaker there protects a gateway
that seems to be down: meanwhile, callers get an answer that says so immediately.
"""

import asyncio
import os
import random
import ssl
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import aiohttp
import orjson
import structlog
from yarl import URL

from pedidos.domain.circuit import Circuit, State
from pedidos.domain.payment import Answer, Verdict, order_of
from pedidos.errors import Misconfigured
from pedidos.payments.answers import MAX_BYTES, UNDERSTOOD, Expected, understand, unknown
from pedidos.sentence import Sentence
from pedidos.telemetry import attributes, traces
from pedidos.telemetry import catalogue as metrics

KEEP_ALIVE_SECONDS = 30.0
"""Idle connections are closed after this time, earlier than the gateway closes them; otherwise requests could get lost.
"""

GRACE_SECONDS = 0.01
"""When the patience ends, answers that arrived while the loop paused are still read: until nothing has arrived for this
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


Group = list[tuple[str, Answer]]

LATE = Answer(Verdict.UNKNOWN, reason="no answer in time")
NOT_BEGUN = Answer(Verdict.UNKNOWN, reason="not asked in time: others were waited for", asked=False, reached=False)


@dataclass(frozen=True, slots=True)
class _Ask:
    url: URL
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


class GatewayClient:
    """One per process is enough. Threads and forked child processes that share it each get their own connections."""

    def __init__(
        self,
        base_url: str,
        timeout_seconds: float,
        concurrency: int = CONCURRENCY,
        *,
        key: str | None = None,
        ca_file: Path | None = None,
    ) -> None:
        """timeout_seconds is the maximum wait for one answer; concurrency the maximum number of concurrent requests per
        thread; key our credential, sent as a bearer token. ca_file: as for `trust`, with its errors."""
        self._base = base_url.rstrip("/")
        self._charges = URL(f"{self._base}/v1/charges")
        self._timeout = timeout_seconds
        self._concurrency = concurrency
        self._trusted = trust(ca_file)
        self._headers = {
            "Content-Type": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": "pedidos",
            **authorization(key),
        }
        self._local = threading.local()
        self._inherited: list[_Line] = []

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
                    URL(f"{self._base}/v1/charges/{quote(undo.key, safe='')}/undo", encoded=True),
                    b"",
                    Expected(undo.key, undo.amount_cents, _UNDONE),
                )
                for undo in undos
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
                # The parent's sockets and selector: closing them here would also affect the parent.
                self._inherited.append(line)
            line = self._local.line = _Line(self._timeout, self._concurrency, self._headers, self._trusted)
        return line


class _Line:
    """One thread's loop and connections."""

    def __init__(
        self, timeout_seconds: float, concurrency: int, headers: Mapping[str, str], trusted: ssl.SSLContext | None
    ) -> None:
        self.pid = os.getpid()
        self._concurrency = concurrency
        self._circuit = Circuit()
        self._loop = asyncio.new_event_loop()
        self._session = self._loop.run_until_complete(self._connect(timeout_seconds, headers, trusted))

    async def _connect(
        self, timeout_seconds: float, headers: Mapping[str, str], trusted: ssl.SSLContext | None
    ) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, ssl=trusted or True, keepalive_timeout=KEEP_ALIVE_SECONDS),
            timeout=aiohttp.ClientTimeout(total=timeout_seconds),
            headers=headers,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,  # no compression was requested, and a small compressed body can become large
        )

    def run(self, asks: list[_Ask], patience_seconds: float) -> Iterator[Group]:
        deadline = self._loop.time() + patience_seconds
        waiting = dict.fromkeys(ask.expected.key for ask in asks)
        arrived = _Arrivals(self._loop)
        todo = iter(asks)
        tasks = [self._loop.create_task(self._work(todo, arrived)) for _ in range(min(self._concurrency, len(waiting)))]
        try:
            more = True
            while waiting and more:
                left = deadline - self._loop.time()
                group = self._loop.run_until_complete(arrived.take(max(left, GRACE_SECONDS)))
                more = bool(group) or left > 0
                for key, _ in group:
                    del waiting[key]
                if group:
                    yield group
        finally:
            self._give_up(tasks)
        if waiting:
            not_begun = {ask.expected.key for ask in todo}
            yield [(key, LATE if key not in not_begun else NOT_BEGUN) for key in waiting]

    async def _work(self, todo: Iterator[_Ask], arrived: "_Arrivals") -> None:
        for ask in todo:
            with traces.current().call("gateway", ask.expected.key) as call:
                answer = await self.ask(ask)
                call.answered({attributes.VERDICT: answer.verdict.value, attributes.REASON: answer.reason or ""})
            arrived.add(ask.expected.key, answer)

    async def ask(self, ask: _Ask) -> Answer:
        began = self._loop.time()
        found, self._circuit = self._circuit.admit(began)
        if found is State.OPEN:
            return Answer(Verdict.UNKNOWN, reason="held back: the gateway seems to be down", asked=False, reached=False)
        trial = found is State.HALF_OPEN
        try:
            async with self._session.post(
                ask.url,
                data=ask.body,
                headers={"Idempotency-Key": ask.expected.key},
                allow_redirects=False,  # key and token are only for this gateway
            ) as response:
                body = await _body(response)
        except Exception as error:  # noqa: BLE001  # whatever a stranger's answer can provoke
            answer = unknown(
                f"{type(error).__name__}: {error}".rstrip(": "),
                reached=not isinstance(error, aiohttp.ClientConnectorError),
            )
            self._failed(answer.reason, trial=trial)
            return answer
        except asyncio.CancelledError:
            if self._loop.time() - began >= SILENCE_SECONDS:
                self._failed("no answer in time", trial=trial)
            raise
        if response.status >= 500 or response.status in NO_ACCESS:
            self._failed(f"HTTP {response.status}", trial=trial)
        else:
            self._succeeded()
        if body is None:
            answer = unknown(f"HTTP {response.status}: the answer is longer than {MAX_BYTES} bytes")
        else:
            answer = understand(response.status, response.content_type, body, ask.expected)
        if answer.verdict is Verdict.UNKNOWN and response.status in UNDERSTOOD:
            logger.warning(
                "the gateway's answer is not understood", order_id=order_of(ask.expected.key), reason=answer.reason
            )
        return answer

    def _failed(self, reason: str | None, *, trial: bool) -> None:
        now = self._loop.time()
        before = self._circuit.state(now)
        self._circuit = self._circuit.failed(now, random.random(), trial=trial)  # noqa: S311  # jitter, not a secret
        if before is State.CLOSED and self._circuit.state(now) is State.OPEN:
            metrics.GATEWAY_OPENED.inc()
            metrics.GATEWAY_CIRCUIT.set(1)
            logger.warning("the gateway is spared", reason=reason)

    def _succeeded(self) -> None:
        if self._circuit.state(self._loop.time()) is not State.CLOSED:
            metrics.GATEWAY_CIRCUIT.set(0)
            logger.info("the gateway answers again")
        self._circuit = self._circuit.succeeded()

    def _give_up(self, tasks: "list[asyncio.Task[None]]") -> None:
        for task in tasks:
            task.cancel()
        for outcome in self._loop.run_until_complete(_finish(tasks)):
            if isinstance(outcome, Exception):
                raise outcome  # our mistake, not the network's

    def close(self) -> None:
        self._loop.run_until_complete(self._session.close())
        self._loop.close()


class _Arrivals:
    """Answers that the caller has not fetched yet."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._group: Group = []
        self._awaited: asyncio.Future[None] | None = None

    def add(self, key: str, answer: Answer) -> None:
        self._group.append((key, answer))
        if self._awaited is not None and not self._awaited.done():
            self._awaited.set_result(None)

    async def take(self, seconds: float) -> Group:
        """Returns everything that has arrived, as soon as there is something; empty if nothing arrives within these
        seconds."""
        if not self._group:
            self._awaited = self._loop.create_future()
            timer = self._loop.call_later(seconds, _wake, self._awaited)
            await self._awaited
            timer.cancel()
        group, self._group = self._group, []
        return group


def _wake(awaited: "asyncio.Future[None]") -> None:
    if not awaited.done():
        awaited.set_result(None)


async def _finish(tasks: "list[asyncio.Task[None]]") -> list[BaseException | None]:
    return await asyncio.gather(*tasks, return_exceptions=True)


async def _body(response: aiohttp.ClientResponse) -> bytes | None:
    """The body; None if it is too long."""
    length = response.content_length
    if length is not None:
        return await response.read() if length <= MAX_BYTES else None
    found = bytearray()
    async for part in response.content.iter_any():
        found += part
        if len(found) > MAX_BYTES:
            return None
    return bytes(found)
