"""Does not replace a process that hangs. Breaks "still serving": requests to it wait until their sender gives up."""

import asyncio

from pedidos_drills.safeguard import Safeguard
from pedidos_local.child import Child


async def until_it_ends(_self: Child, exited: "asyncio.Task[int]") -> bool:
    await asyncio.wait([exited])
    return False


SAFEGUARD = Safeguard(
    "hung-replaced",
    guards="A process that gives no sign of life is killed and restarted.",
    off="Only a process that has ended is restarted.",
    needs="hung",
    invariant="still serving",
    replaced={"pedidos_local.child:Child._until_hung": until_it_ends},
)
