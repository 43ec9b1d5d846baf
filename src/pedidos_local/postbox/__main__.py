"""python -m pedidos_local.postbox: takes mails until SIGTERM."""

import asyncio
import signal

import structlog

from pedidos.processes.entry import begin
from pedidos.processes.heart import Heart
from pedidos_local.postbox.certificate import tls
from pedidos_local.postbox.keeping import Keeper
from pedidos_local.postbox.server import protocol
from pedidos_local.postbox.settings import PostboxSettings


def main() -> None:
    asyncio.run(_serve(begin(PostboxSettings, "postbox")))


async def _serve(settings: PostboxSettings) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    keeper = Keeper(settings.mailbox_dir, settings.mailbox_most)
    make = protocol(keeper.keep, settings.smtp_user, settings.smtp_password, tls(settings.smtp_ca_file))
    server = await loop.create_server(make, settings.host, settings.port)
    structlog.get_logger().info("postbox.serving", host=settings.host, port=settings.port)
    Heart(settings.heartbeat_file).begin()
    await ended.wait()
    server.close()


if __name__ == "__main__":
    main()
