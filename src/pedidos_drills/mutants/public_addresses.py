"""Connects to any address. Breaks the drill's own check: an endpoint leads inside, and its requests arrive there."""

from pedidos.processes.notifier.guard import Guard
from pedidos.sentence import Sentence
from pedidos_drills.ledger.verdict import OWN
from pedidos_drills.safeguard import Safeguard


def allows_all(self: Guard, host: str) -> bool:  # noqa: ARG001  # called as the original is
    return True


SAFEGUARD = Safeguard(
    "public-addresses",
    guards="The address that a webhook's connection actually goes to is checked: no endpoint reaches the inside.",
    off=Sentence("It is not looked at."),
    needs="subscribers-fail",
    invariant=OWN,
    replaced={"pedidos.processes.notifier.guard:Guard.allows": allows_all},
)
