"""The names of the invariants, and what breaks them."""

from collections.abc import Callable

from pedidos_drills.ledger.records import Evidence

LOST, INVENTED, MONEY, STOCK = "nothing lost", "nothing invented", "money", "stock"
HISTORY, STUCK, SERVING = "history", "nothing stuck", "still serving"
RECOVERED, ACCEPTED, HANDED = "recovered in time", "accepted in time", "handed over"
TOLD = "everybody told"  # tests/unit/pedidos_drills/ledger/test_told.py
ALL = {LOST, INVENTED, MONEY, STOCK, HISTORY, STUCK, TOLD, SERVING, RECOVERED, ACCEPTED, HANDED}

Damage = Callable[[Evidence], Evidence]
Damages = dict[str, tuple[set[str], Damage]]
"""By what is wrong: the invariants that it breaks, and how to do it."""
