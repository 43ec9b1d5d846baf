"""Moves the limit of acceptances by a day. Breaks "accepted in time": a merchant accepts what its customer was told is
over, and what no one has accepted stays."""

from pedidos.sentence import Sentence
from pedidos_drills.safeguard import SIMULATION, Safeguard

SAFEGUARD = Safeguard(
    "acceptance-limit",
    guards="Accepting an order and ending it compare the same limit, by PostgreSQL's clock, in their transaction.",
    off=Sentence("The limit that they compare is a day later than the one that people are told."),
    needs=SIMULATION,
    invariant="accepted in time",
    replaced={
        "pedidos.storage.orders.acceptances:DUE_AT": "c.occurred_at + (%(limit)s + 24 * 3600) * interval '1 second'"
    },
)
