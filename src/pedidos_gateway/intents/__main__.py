"""python -m pedidos_gateway.intents: serve the payment simulator with intents until SIGTERM."""

import structlog
from aiohttp import web

from pedidos.processes.entry import begin
from pedidos.processes.heart import Heart
from pedidos_gateway.intents.app import PLATFORM_PATHS, Webhooks, make_app
from pedidos_gateway.intents.settings import IntentsProcessSettings
from pedidos_gateway.keys import Keys
from pedidos_gateway.serving import serve


def main() -> None:
    settings = begin(IntentsProcessSettings, "gateway")
    structlog.get_logger().info("gateway.serving", host=settings.host, port=settings.port, book=str(settings.book))
    serve(_app(settings), settings.host, settings.port)


async def _app(settings: IntentsProcessSettings) -> web.Application:
    keys = Keys(settings.gateway_key, settings.gateway_admin_key, PLATFORM_PATHS)
    secrets = settings.event_secrets
    url = str(settings.payment_events_url) if settings.payment_events_url and secrets else None
    webhooks = Webhooks(url, secrets[0] if secrets else "", settings.ca_file)
    return make_app(settings.book, keys, webhooks, Heart(settings.heartbeat_file))


if __name__ == "__main__":
    main()
