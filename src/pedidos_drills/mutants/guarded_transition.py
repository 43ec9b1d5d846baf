"""Any order is moved, whatever its state. Breaks history: orders go from states to states that they never may."""

from pedidos.storage.orders import transitions
from pedidos_drills.safeguard import Safeguard, cut

SAFEGUARD = Safeguard(
    "guarded-transition",
    guards="A step moves only orders that are in the state it starts from.",
    off="Each step moves whatever order it is pointed at.",
    needs="hints-repeated",
    invariant="history",
    replaced={
        "pedidos.storage.orders.transitions:_HELD": cut(transitions._HELD, " and status = %(source)s"),
        "pedidos.storage.orders.transitions:_MOVED": cut(transitions._MOVED, " and o.status = %(source)s"),
    },
)
