"""Makes the relay wait for every transaction. Breaks "still serving": a forgotten one stops all publishing."""

from pedidos.processes.relay.held_up import HeldUp
from pedidos.sentence import Sentence
from pedidos.storage.event_log.positions import Position
from pedidos_drills.safeguard import Safeguard


def do_not_look(_self: HeldUp, _connection: object, _position: Position, _now: float) -> bool:
    return False


SAFEGUARD = Safeguard(
    "passed-over",
    guards="The relay does not wait for transactions that cannot write to the event log.",
    off=Sentence("It waits for every transaction of the server."),
    needs="forgotten-transaction",
    invariant="still serving",
    replaced={"pedidos.processes.relay.held_up:HeldUp.look": do_not_look},
)
