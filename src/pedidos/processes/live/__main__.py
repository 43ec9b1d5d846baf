"""python -m pedidos.processes.live: serves live streams until SIGTERM."""

import asyncio
import sys

from pedidos.processes.entry import begin
from pedidos.processes.live.process import SPARE_REQUESTS
from pedidos.processes.open_files import allow_open_files
from pedidos.processes.running import freeze_gc
from pedidos.settings.processes import LiveSettings
from pedidos.wiring.live import live_process


async def _run(settings: LiveSettings) -> int:
    process = live_process(settings)
    freeze_gc()
    return await process.run()


def main() -> None:
    settings = begin(LiveSettings)
    allow_open_files(settings.streams + SPARE_REQUESTS)
    sys.exit(asyncio.run(_run(settings)))


if __name__ == "__main__":
    main()
