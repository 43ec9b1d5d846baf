"""python -m pedidos_gateway: serve the payment gateway simulator until SIGTERM."""

import sys
from pathlib import Path

import structlog
from aiohttp import web

from pedidos.processes.entry import begin
from pedidos.processes.heart import Heart
from pedidos_gateway.app import make_app
from pedidos_gateway.book import Damaged
from pedidos_gateway.keys import Keys
from pedidos_gateway.settings import GatewayProcessSettings

SHUTDOWN_SECONDS = 3.0
BACKLOG = 1024


def main() -> None:
    settings = begin(GatewayProcessSettings, "gateway")
    book, port = settings.gateway_book, settings.port
    keys = Keys(settings.gateway_key, settings.gateway_admin_key)
    structlog.get_logger().info("gateway.serving", host=settings.host, port=port, book=str(book))
    try:
        web.run_app(
            _app(book, keys, settings.heartbeat_file),
            host=settings.host,
            port=port,
            shutdown_timeout=SHUTDOWN_SECONDS,
            backlog=BACKLOG,
            access_log=None,
            print=None,
        )
    except Damaged as damaged:
        sys.exit(str(damaged))


async def _app(book: Path, keys: Keys, heartbeat: Path | None) -> web.Application:
    return make_app(book, keys, Heart(heartbeat))


if __name__ == "__main__":
    main()
