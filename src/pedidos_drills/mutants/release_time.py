"""Takes each order that waits for one whose time has come. Breaks history: it is released days too early."""

from pedidos.sentence import Sentence
from pedidos_drills.safeguard import SIMULATION, Safeguard

SAFEGUARD = Safeguard(
    "release-time",
    guards="Finding an order for later and releasing it compare its time with PostgreSQL's clock.",
    off=Sentence("They take every order that waits."),
    needs=SIMULATION,
    invariant="history",
    replaced={"pedidos.storage.orders.scheduled:HAS_COME": "release_at is not null"},
)
