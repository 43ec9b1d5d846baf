"""python -m pedidos_gateway: serve the payment gateway simulator until SIGTERM."""

import sys
from pathlib import Path

import structlog
from aiohttp import web

from pedidos.logs import configure
from pedidos.processes.heart import Heart
from pedidos.settings import Settings, need
from pedidos.shell import PROCESS, keep_only
from pedidos_gateway.app import make_app
from pedidos_gateway.book import Damaged
from pedidos_gateway.keys import Keys

SHUTDOWN_SECONDS = 3.0
BACKLOG = 1024


def main() -> None:
    keep_only(PROCESS)
    settings = Settings.load()
    configure(settings, "gateway")
    book, port = Path(need(settings, "gateway_book")), int(need(settings, "port"))
    keys = Keys(need(settings, "gateway_key"), need(settings, "gateway_admin_key"))
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
