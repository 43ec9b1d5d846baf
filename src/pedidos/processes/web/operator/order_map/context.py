"""What the templates of a map need."""

from pedidos.processes.web.customer.order_words import STATES
from pedidos.processes.web.operator.order_map.arrivals import ARRIVALS
from pedidos.processes.web.operator.order_map.places import DRAWINGS, PIPES
from pedidos.processes.web.operator.order_map.view import MapView
from pedidos.storage.catalogue.merchants import Merchant

_ARRIVALS = {kind: list(places) for kind, places in ARRIVALS.items()}
"""For the script of the page, as JSON."""


def context(shown: MapView, shop: Merchant | None, *, internal: bool = True) -> dict[str, object]:
    """internal: with links to the facts and the names of processes."""
    return {
        "map": shown,
        "shop": shop,
        "drawings": DRAWINGS,
        "pipes": PIPES,
        "states": STATES,
        "arrivals": _ARRIVALS,
        "internal": internal,
    }
