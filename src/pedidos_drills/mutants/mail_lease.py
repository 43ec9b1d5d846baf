"""Takes mails without a lease. Breaks "everybody told": two notifiers send the same mails."""

from pedidos.sentence import Sentence
from pedidos_drills.safeguard import Safeguard

SAFEGUARD = Safeguard(
    "mail-lease",
    guards="A mail belongs to the notifier that takes it, until its lease ends.",
    off=Sentence("Another one may take it at once."),
    needs="notifier-killed",
    invariant="everybody told",
    replaced={"pedidos.storage.mails.queue:LEASED": "next_attempt = clock_timestamp()"},
)
