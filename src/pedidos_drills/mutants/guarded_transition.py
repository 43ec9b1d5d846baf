"""Any order is moved, whatever its state. Breaks history: orders go from states to states that they never may."""

from pedidos.storage import moves
from pedidos_drills.safeguard import Safeguard, cut

SAFEGUARD = Safeguard(
    "guarded-transition",
    guards="A step moves only orders that are in the state it starts from.",
    off="Each step moves whatever order it is pointed at.",
    needs="hints-repeated",
    invariant="history",
    replaced={
        "pedidos.storage.moves:_HELD": cut(moves._HELD, " and status = %(source)s"),
        "pedidos.storage.moves:_MOVED": cut(moves._MOVED, " and o.status = %(source)s"),
    },
)
