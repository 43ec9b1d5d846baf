"""Takes endpoints that another process has. Breaks the drill's own check: events come twice, or out of order."""

from pedidos.sentence import Sentence
from pedidos_drills.ledger.verdict import OWN
from pedidos_drills.safeguard import Safeguard

SAFEGUARD = Safeguard(
    "endpoint-lease",
    guards="An endpoint belongs to the notifier that takes it, until its lease ends.",
    off=Sentence("Another one may take it at the same time."),
    needs="subscribers-fail",
    invariant=OWN,
    replaced={"pedidos.storage.webhooks.queue:FREE": "lease_until is not null"},
)
