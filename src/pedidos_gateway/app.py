"""The provider's HTTP interface."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson
import structlog
from aiohttp import web

from pedidos.processes.heart import Heart
from pedidos_gateway import book
from pedidos_gateway.answers import answer, as_json, problem
from pedidos_gateway.book import Case, Outcome
from pedidos_gateway.faults import Fault, Faults, parse_faults
from pedidos_gateway.keys import Keys, only_with_key
from pedidos_gateway.nonsense import nonsense
from pedidos_gateway.serving import BOOK_CHUNK, Serving, cut
from pedidos_gateway.tokens import SILENCE_SECONDS, Trouble, behaviour

log = structlog.get_logger()

MAX_AMOUNT_CENTS = 100_000_000
MAX_KEY = 128


class Gateway:
    """The state of the process: the book, and the faults."""

    def __init__(self, path: Path, heart: Heart) -> None:
        self.serving = Serving(path, book.open_book, heart)
        self._faults = Faults()

    @web.middleware
    async def disturb(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Applies the faults that are set, and keeps stack traces from clients."""
        if request.path.startswith("/v1/charges"):
            if self._faults.down:
                return problem(503, "The gateway is down.", retry_after=1)
            if self._faults.latency_ms:
                await asyncio.sleep(self._faults.latency_ms / 1000)
        try:
            return await handler(request)
        except sqlite3.Error as error:
            log.exception("book.failed", error=str(error))
            return problem(503, "The book cannot be written.", retry_after=1)

    async def charge(self, request: web.Request) -> web.StreamResponse:
        try:
            key = _key(request.headers.get("Idempotency-Key"))
            body = _parse_charge(await request.read())
        except ValueError as error:
            return problem(400, str(error))
        fault = self._faults.draw()
        if fault is Fault.BEFORE:
            return problem(500, "Nothing was charged.")
        outcome = await self.serving.writer.run(book.charge, key, body)
        if outcome.case is Case.STARTED:
            if await self.serving.stopped_within(behaviour(body.token).seconds):
                return await cut(request)
            outcome = Outcome(Case.NEW, await self.serving.writer.run(book.finish, key))
        if outcome.trouble is not None:
            return await self._go_wrong(request, outcome.trouble)
        if fault is Fault.AFTER:
            return problem(500, "Something went wrong.")
        return self._said(outcome)

    def _said(self, outcome: Outcome) -> web.StreamResponse:
        if outcome.shown is not None and self._faults.talks_nonsense:
            return nonsense(outcome.shown)
        return answer(outcome)

    async def find(self, request: web.Request) -> web.StreamResponse:
        shown = await self.serving.writer.run(book.find, request.match_info["key"])
        return problem(404, "This key was never seen.") if shown is None else as_json(shown)

    async def undo(self, request: web.Request) -> web.StreamResponse:
        try:
            key = _key(request.match_info["key"])
        except ValueError as error:
            return problem(400, str(error))
        fault = self._faults.draw()
        if fault is Fault.BEFORE:
            return problem(500, "Nothing was undone.")
        shown = await self.serving.writer.run(book.undo, key)
        if fault is Fault.AFTER:
            return problem(500, "Something went wrong.")
        if self._faults.talks_nonsense:
            return nonsense(shown)
        return as_json(shown, status=202 if shown["status"] == "undoing" else 200)

    async def refund(self, request: web.Request) -> web.StreamResponse:
        """Returns a part of a charge."""
        try:
            charge = _key(request.match_info["key"])
            key = _key(request.headers.get("Idempotency-Key"))
            amount = _parse_amount(_parse_object(await request.read()))
        except ValueError as error:
            return problem(400, str(error))
        fault = self._faults.draw()
        if fault is Fault.BEFORE:
            return problem(500, "Nothing was returned.")
        shown = await self.serving.writer.run(book.refund_part, key, charge, amount)
        if shown is None:
            return problem(422, "This Idempotency-Key was used for another refund.")
        if fault is Fault.AFTER:
            return problem(500, "Something went wrong.")
        return nonsense(shown) if self._faults.talks_nonsense else as_json(shown)

    async def list_charges(self, request: web.Request) -> web.StreamResponse:
        """Charges made or refunded since a time, ordered by key: at most `limit` of them, after the key `after`."""
        try:
            since = float(request.query.get("since", "0"))
            limit = int(request.query.get("limit", str(BOOK_CHUNK)))
        except ValueError:
            return problem(400, "since is a number of seconds, limit a number of charges.")
        if not 1 <= limit <= BOOK_CHUNK:
            return problem(400, f"limit must be 1 to {BOOK_CHUNK}.")
        reader = await asyncio.to_thread(self.serving.reader)
        try:
            found = await asyncio.to_thread(book.listed, reader, since, request.query.get("after", ""), limit)
        finally:
            reader.close()
        return as_json({"charges": found})

    async def show_book(self, request: web.Request) -> web.StreamResponse:
        """Every charge and refund, one JSON object per line."""
        return await self.serving.show_book(request, book.entries)

    async def show_faults(self, _request: web.Request) -> web.StreamResponse:
        return as_json(asdict(self._faults))

    async def set_faults(self, request: web.Request) -> web.StreamResponse:
        try:
            self._faults = parse_faults(orjson.loads(await request.read()))
        except ValueError as error:
            return problem(400, str(error))
        log.info("faults.set", **asdict(self._faults))
        return as_json(asdict(self._faults))

    async def livez(self, _request: web.Request) -> web.StreamResponse:
        return as_json({"status": "ok"})

    async def readyz(self, _request: web.Request) -> web.StreamResponse:
        await self.serving.writer.run(book.find, "")
        return as_json({"status": "ok"})

    async def _go_wrong(self, request: web.Request, trouble: Trouble) -> web.StreamResponse:
        if trouble is Trouble.ERROR:
            return problem(500, "Something went wrong.")
        if trouble is Trouble.SILENCE:
            await self.serving.stopped_within(SILENCE_SECONDS)
        return await cut(request)


def make_app(path: Path, keys: Keys, heart: Heart) -> web.Application:
    """The application, with the book at this path."""
    gateway = Gateway(path, heart)
    app = web.Application(client_max_size=16 * 1024, middlewares=[only_with_key(keys), gateway.disturb])
    app.cleanup_ctx.append(gateway.serving.run)
    app.on_shutdown.append(gateway.serving.stop)
    app.add_routes(
        [
            web.post("/v1/charges", gateway.charge),
            web.get("/v1/charges", gateway.list_charges),
            web.get("/v1/charges/{key}", gateway.find),
            web.post("/v1/charges/{key}/undo", gateway.undo),
            web.post("/v1/charges/{key}/refunds", gateway.refund),
            web.get("/v1/book", gateway.show_book),
            web.get("/v1/faults", gateway.show_faults),
            web.put("/v1/faults", gateway.set_faults),
            web.get("/livez", gateway.livez),
            web.get("/readyz", gateway.readyz),
        ]
    )
    return app


def _key(text: str | None) -> str:
    if not text or len(text) > MAX_KEY or not text.isascii() or not text.isprintable():
        raise ValueError(f"Idempotency-Key is required: 1 to {MAX_KEY} printable ASCII characters")
    return text


def _parse_object(raw: bytes) -> dict[str, Any]:
    body = orjson.loads(raw)  # its error is a ValueError
    if not isinstance(body, dict):
        raise ValueError("expected an object")  # noqa: TRY004  # the caller answers 400 to a ValueError
    return body


def _parse_amount(body: dict[str, Any]) -> int:
    amount = body.get("amount_cents")
    if isinstance(amount, bool) or not isinstance(amount, int) or not 1 <= amount <= MAX_AMOUNT_CENTS:
        raise ValueError(f"amount_cents must be a whole number from 1 to {MAX_AMOUNT_CENTS}")
    return amount


def _parse_charge(raw: bytes) -> book.Request:
    body = _parse_object(raw)
    amount, token, description = _parse_amount(body), body.get("token"), body.get("description")
    if not isinstance(token, str) or not 1 <= len(token) <= 64:
        raise ValueError("token must be a text of 1 to 64 characters")
    if description is not None and (not isinstance(description, str) or len(description) > 500):
        raise ValueError("description must be a text of at most 500 characters")
    return book.Request(amount, token, description)
