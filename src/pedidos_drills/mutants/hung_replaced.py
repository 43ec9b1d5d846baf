"""Does not replace a process that hangs. Breaks "still serving": requests to it wait until their sender gives up."""

from pedidos.sentence import Sentence
from pedidos_drills.safeguard import Safeguard
from pedidos_local.liveness import Silence


def never_hangs(_self: Silence, *, alive: bool) -> bool:
    del alive
    return False


SAFEGUARD = Safeguard(
    "hung-replaced",
    guards="A process that gives no sign of life is killed and restarted.",
    off=Sentence("Only a process that has ended is restarted."),
    needs="hung",
    invariant="still serving",
    replaced={"pedidos_local.liveness:Silence.look": never_hangs},
)
