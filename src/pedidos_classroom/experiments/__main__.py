"""python -m pedidos_classroom.experiments NAME: carries out one experiment; the supervisor starts it for a page."""

import asyncio
import os
import signal
import sys

from pedidos_classroom.experiments.carriers import carry_out
from pedidos_classroom.experiments.catalogue import EXPERIMENTS
from pedidos_classroom.experiments.running import Trouble
from pedidos_classroom.experiments.telling import Teller

LOOK_SECONDS = 1.0


async def experiment(name: str, teller: Teller) -> bool:
    """Whether it was carried out. Cancelled by SIGTERM, and when the process that started this one has ended."""
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("not in a task")
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    watching = asyncio.create_task(_follow_parent(task))
    try:
        await carry_out(EXPERIMENTS[name], teller)
    except Trouble as trouble:
        teller.tell(trouble=str(trouble))
        return False
    finally:
        watching.cancel()
    return True


async def _follow_parent(task: "asyncio.Task[object]") -> None:
    parent = os.getppid()
    while os.getppid() == parent:
        await asyncio.sleep(LOOK_SECONDS)
    task.cancel()


def main(name: str) -> int:
    if name not in EXPERIMENTS:
        sys.stderr.write(f"There is no experiment {name}.\n")
        return 2
    try:
        return 0 if asyncio.run(experiment(name, Teller())) else 1
    except asyncio.CancelledError:
        return 3


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
