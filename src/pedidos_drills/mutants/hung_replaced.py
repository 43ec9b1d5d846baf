"""A process that hangs is left alone. Breaks "still serving": what is sent to it waits until its sender gives up."""

import asyncio

from pedidos_drills.safeguard import Safeguard
from pedidos_local.child import Child


async def until_it_ends(_self: Child, exited: "asyncio.Task[int]") -> bool:
    await asyncio.wait([exited])
    return False


SAFEGUARD = Safeguard(
    "hung-replaced",
    guards="A process without a sign of life is killed and started again.",
    off="Only one that has ended is.",
    needs="hung",
    invariant="still serving",
    replaced={"pedidos_local.child:Child._until_hung": until_it_ends},
)
