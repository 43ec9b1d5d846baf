"""Waits for a held row, and counts that as an unavailable database. Breaks "still serving": every client gets 503."""

from pedidos.sentence import Sentence
from pedidos_drills.safeguard import Safeguard

SAFEGUARD = Safeguard(
    "held-apart",
    guards="If another session holds a row, only the orders that need the row are delayed or refused.",
    off=Sentence("The placing statement waits for the row, and a lock time-out counts as an unavailable database."),
    needs="rows-held",
    invariant="still serving",
    replaced={"pedidos.storage.orders.placing:KEY_SHARE": "for key share", "pedidos.storage.engine:HELD_ERRORS": ()},
)
