"""The HTTP interface of the provider with payment intents."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import parse_qsl

import orjson
import structlog
from aiohttp import web

from pedidos.processes.heart import Heart
from pedidos_gateway.answers import as_json
from pedidos_gateway.intents import book, lists
from pedidos_gateway.intents.book import Said
from pedidos_gateway.intents.events import Teller
from pedidos_gateway.intents.faults import Faults, parse_faults
from pedidos_gateway.intents.lists import Wanted
from pedidos_gateway.keys import Keys, only_with_key
from pedidos_gateway.serving import Serving, cut
from pedidos_gateway.tokens import SILENCE_SECONDS, Trouble, behaviour

log = structlog.get_logger()

PLATFORM_PATHS = ("/v1/payment_intents", "/v1/refunds")
MOST_BYTES = 16 * 1024


@dataclass(frozen=True, slots=True)
class Webhooks:
    """Where events go, with which secret they are signed, and whose word is taken for who is there."""

    url: str | None
    secret: str
    ca_file: Path | None


class IntentsGateway:
    """The state of the process."""

    def __init__(self, path: Path, webhooks: Webhooks, heart: Heart) -> None:
        self.serving = Serving(path, book.open_book, heart)
        self._webhooks = webhooks
        self._faults = Faults()
        self._busy: set[str] = set()
        """Intents of which a confirmation takes its time."""
        self._go_wrong_after: dict[str, Trouble] = {}
        """By intent, the trouble of the request that captures it."""
        self._teller: Teller | None = None

    async def tell(self, _app: web.Application) -> AsyncIterator[None]:
        """aiohttp's cleanup context: events are told inside."""
        self._teller = Teller(self._webhooks.url, self._webhooks.secret, self._webhooks.ca_file)
        yield
        await self._teller.close()

    @web.middleware
    async def disturb(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Applies the faults that are set, and keeps stack traces from clients."""
        ours = request.path.startswith(PLATFORM_PATHS)
        if ours and (refused := await self._refused()) is not None:
            return refused
        try:
            answer = await handler(request)
        except ValueError as error:
            return _said(book.wrong("invalid_request_error", "parameter_invalid", str(error)))
        except sqlite3.Error as error:
            log.exception("book.failed", error=str(error))
            return _error(503, "The book cannot be written.")
        return await self._spoilt(request) or answer if ours else answer

    async def _refused(self) -> web.Response | None:
        """An answer in place of the work."""
        faults = self._faults
        if faults.down:
            return _error(503, "The provider is down.")
        if faults.latency_ms:
            await asyncio.sleep(faults.latency_ms / 1000)
        return _error(500, "Nothing was done.") if faults.draw(faults.error_rate / 2) else None

    async def _spoilt(self, request: web.Request) -> web.StreamResponse | None:
        """An answer in place of the one that says what was done."""
        faults = self._faults
        if faults.draw(faults.lost_rate):
            return await cut(request)
        if not faults.draw(faults.error_rate / 2):
            return None
        # A 500 under a key would be kept with it, as if it were the answer: there, only the answer gets lost.
        return await cut(request) if "Idempotency-Key" in request.headers else _error(500, "It went wrong.")

    async def create(self, request: web.Request) -> web.StreamResponse:
        members = await _members(request)
        return await self._told(await self.serving.writer.run(book.create, _key(request), members))

    async def get(self, request: web.Request) -> web.StreamResponse:
        expanded = "latest_charge" in request.query.getall("expand[]", [])
        return _said(
            await self.serving.writer.run(lambda it: book.get(it, request.match_info["id"], expanded=expanded))
        )

    async def list_intents(self, request: web.Request) -> web.StreamResponse:
        expanded = "data.latest_charge" in request.query.getall("expand[]", [])
        wanted = _wanted(request)
        return _said(await self.serving.writer.run(lambda it: lists.intents(it, wanted, expanded=expanded)))

    async def list_refunds(self, request: web.Request) -> web.StreamResponse:
        depth = {name.removeprefix("data.") for name in request.query.getall("expand[]", [])}
        wanted = _wanted(request)
        return _said(
            await self.serving.writer.run(
                lambda it: lists.refunds(
                    it,
                    wanted,
                    with_intent=bool(depth & {"payment_intent", "payment_intent.latest_charge"}),
                    with_charge="payment_intent.latest_charge" in depth,
                )
            )
        )

    async def confirm(self, request: web.Request) -> web.StreamResponse:
        intent_id, plan = request.match_info["id"], behaviour((await _members(request)).get("payment_method", ""))
        if intent_id in self._busy:
            return _locked()
        number = await self.serving.writer.run(book.began, intent_id)
        if plan.before and (plan.always or number == 1):
            return await self._go_wrong(request, plan.before)
        if plan.seconds:
            self._busy.add(intent_id)
            try:
                if await self.serving.stopped_within(plan.seconds):
                    return await cut(request)
                return await self._told(await self.serving.writer.run(book.confirm, intent_id, plan.declined))
            finally:
                self._busy.discard(intent_id)
        said = await self.serving.writer.run(book.confirm, intent_id, plan.declined)
        if plan.after and said.status == 200:
            self._go_wrong_after[intent_id] = plan.after
        return await self._told(said)

    async def capture(self, request: web.Request) -> web.StreamResponse:
        intent_id = request.match_info["id"]
        if intent_id in self._busy:
            return _locked()
        said, first = await self.serving.writer.run(book.capture, intent_id)
        answer = await self._told(said)
        trouble = self._go_wrong_after.pop(intent_id, None)
        return await self._go_wrong(request, trouble) if first and trouble is not None else answer

    async def cancel(self, request: web.Request) -> web.StreamResponse:
        intent_id, members = request.match_info["id"], await _members(request)
        if intent_id in self._busy:
            return _locked()
        reason = members.get("cancellation_reason", "")
        return await self._told(await self.serving.writer.run(book.cancel, intent_id, reason))

    async def refund(self, request: web.Request) -> web.StreamResponse:
        members = await _members(request)
        return await self._told(await self.serving.writer.run(book.refund, _key(request), members))

    async def show_book(self, request: web.Request) -> web.StreamResponse:
        """Every intent and refund, one JSON object per line, as the other simulator has it."""
        return await self.serving.show_book(request, book.entries)

    async def show_faults(self, _request: web.Request) -> web.StreamResponse:
        return as_json(asdict(self._faults))

    async def set_faults(self, request: web.Request) -> web.StreamResponse:
        self._faults = parse_faults(orjson.loads(await request.read()))
        log.info("faults.set", **asdict(self._faults))
        return as_json(asdict(self._faults))

    async def livez(self, _request: web.Request) -> web.StreamResponse:
        return as_json({"status": "ok"})

    async def readyz(self, _request: web.Request) -> web.StreamResponse:
        await self.serving.writer.run(lambda it: book.get(it, "", expanded=False))
        return as_json({"status": "ok"})

    async def _told(self, said: Said) -> web.StreamResponse:
        if self._teller is not None:
            await self._teller.tell(said.told, self._faults)
        return _said(said)

    async def _go_wrong(self, request: web.Request, trouble: Trouble) -> web.StreamResponse:
        if trouble is Trouble.ERROR:
            return _error(500, "Something went wrong.")
        if trouble is Trouble.SILENCE:
            await self.serving.stopped_within(SILENCE_SECONDS)
        return await cut(request)


def make_app(path: Path, keys: Keys, webhooks: Webhooks, heart: Heart) -> web.Application:
    """The application, with the book at this path. keys: with PLATFORM_PATHS."""
    gateway = IntentsGateway(path, webhooks, heart)
    app = web.Application(client_max_size=MOST_BYTES, middlewares=[only_with_key(keys), gateway.disturb])
    app.cleanup_ctx.extend([gateway.serving.run, gateway.tell])
    app.on_shutdown.append(gateway.serving.stop)
    app.add_routes(
        [
            web.post("/v1/payment_intents", gateway.create),
            web.get("/v1/payment_intents", gateway.list_intents),
            web.get("/v1/payment_intents/{id}", gateway.get),
            web.post("/v1/payment_intents/{id}/confirm", gateway.confirm),
            web.post("/v1/payment_intents/{id}/capture", gateway.capture),
            web.post("/v1/payment_intents/{id}/cancel", gateway.cancel),
            web.post("/v1/refunds", gateway.refund),
            web.get("/v1/refunds", gateway.list_refunds),
            web.get("/v1/book", gateway.show_book),
            web.get("/v1/faults", gateway.show_faults),
            web.put("/v1/faults", gateway.set_faults),
            web.get("/livez", gateway.livez),
            web.get("/readyz", gateway.readyz),
        ]
    )
    return app


async def _members(request: web.Request) -> Mapping[str, str]:
    """The members of a form. Raises ValueError."""
    return dict(parse_qsl((await request.read()).decode(), keep_blank_values=True, max_num_fields=50))


def _wanted(request: web.Request) -> Wanted:
    """Which part of a list is asked for. Raises ValueError."""
    since, limit = request.query.get("created[gte]", "0"), request.query.get("limit", "10")
    if not (since.isascii() and since.isdigit() and limit.isascii() and limit.isdigit() and 1 <= int(limit) <= 100):
        raise ValueError("created[gte] must be seconds since 1970, and limit a number from 1 to 100")
    return Wanted(int(since), int(limit), request.query.get("starting_after"))


def _key(request: web.Request) -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is not None and not (1 <= len(key) <= 255):
        raise ValueError("Idempotency-Key must have 1 to 255 characters")
    return key


def _said(said: Said) -> web.Response:
    headers = {"Idempotent-Replayed": "true"} if said.replayed else None
    return as_json(said.body, said.status, headers)


def _error(status: int, message: str) -> web.Response:
    return as_json({"error": {"type": "api_error", "message": message}}, status)


def _locked() -> web.Response:
    error = {"type": "invalid_request_error", "code": "lock_timeout", "message": "Another request uses it."}
    return as_json({"error": error}, 429)
