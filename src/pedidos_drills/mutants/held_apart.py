"""A held row is waited for, and counts as a database that is away. Breaks "still serving": everybody gets 503."""

from pedidos_drills.safeguard import Safeguard

SAFEGUARD = Safeguard(
    "held-apart",
    guards="A row that another session holds refuses or delays the orders that need it, and no others.",
    off="The placing statement waits for it, and a wait for a lock counts as a database that is away.",
    needs="rows-held",
    invariant="still serving",
    replaced={"pedidos.storage.orders.placing:KEY_SHARE": "for key share", "pedidos.storage.engine:HELD_ERRORS": ()},
)
