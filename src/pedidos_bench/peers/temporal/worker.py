"""`python -m peers.temporal.worker`: runs workflows, and activities in threads, because these block."""

import asyncio
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from temporalio.client import Client
from temporalio.worker import Worker

from . import activities
from .workflows import TASK_QUEUE, WithActivities, WithLocalActivities


async def main() -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    client = await Client.connect(os.environ["TEMPORAL_ADDRESS"])
    threads = int(os.environ["POOL_SIZE"])
    with ThreadPoolExecutor(threads) as executor:
        worker = Worker(
            client,
            task_queue=TASK_QUEUE,
            workflows=[WithActivities, WithLocalActivities],
            activities=[activities.validate, activities.reserve, activities.charge, activities.confirm],
            activity_executor=executor,
            max_concurrent_activities=threads,
            max_concurrent_local_activities=threads,
        )
        async with worker:
            Path(os.environ["READY_FILE"]).touch()
            await stop.wait()


if __name__ == "__main__":
    asyncio.run(main())
