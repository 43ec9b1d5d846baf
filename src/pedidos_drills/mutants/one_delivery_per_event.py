"""Does not expect an event to come again. Breaks the drill's own check: no delivery is written for what comes then."""

from pedidos.sentence import Sentence
from pedidos_drills.ledger.verdict import OWN
from pedidos_drills.safeguard import Safeguard

SAFEGUARD = Safeguard(
    "one-delivery-per-event",
    guards="An event that comes again makes no second delivery to an endpoint.",
    off=Sentence("Its delivery is written as if it came for the first time."),
    needs="subscribers-fail",
    invariant=OWN,
    replaced={"pedidos.storage.webhooks.writing:ONCE": ""},
)
