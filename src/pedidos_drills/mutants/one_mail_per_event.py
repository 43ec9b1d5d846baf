"""Does not expect an event to come again. Breaks "everybody told": the notifier stops at the first one that does."""

from pedidos.sentence import Sentence
from pedidos_drills.safeguard import Safeguard

SAFEGUARD = Safeguard(
    "one-mail-per-event",
    guards="An event that comes again makes no second mail.",
    off=Sentence("Its mail is written as if it came for the first time."),
    needs="notifier-killed",
    invariant="everybody told",
    replaced={"pedidos.storage.mails.of_orders:ONCE": ""},
)
