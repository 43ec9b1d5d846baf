"""python -m pedidos_gateway: serve the payment gateway simulator until SIGTERM."""

from pathlib import Path

import structlog
from aiohttp import web

from pedidos.processes.entry import begin
from pedidos.processes.heart import Heart
from pedidos_gateway.app import make_app
from pedidos_gateway.keys import Keys
from pedidos_gateway.serving import serve
from pedidos_gateway.settings import GatewayProcessSettings


def main() -> None:
    settings = begin(GatewayProcessSettings, "gateway")
    book, port = settings.gateway_book, settings.port
    keys = Keys(settings.gateway_key, settings.gateway_admin_key)
    structlog.get_logger().info("gateway.serving", host=settings.host, port=port, book=str(book))
    serve(_app(book, keys, settings.heartbeat_file), settings.host, port)


async def _app(book: Path, keys: Keys, heartbeat: Path | None) -> web.Application:
    return make_app(book, keys, Heart(heartbeat))


if __name__ == "__main__":
    main()
