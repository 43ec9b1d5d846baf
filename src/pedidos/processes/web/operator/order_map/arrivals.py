"""Which way the token takes when an event of the order is heard: before the spans of it are there."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from pedidos.domain.order import (
    COURIER_ASSIGNED,
    COURIER_LEFT,
    DELAYED,
    MONEY_RETURNED,
    READY,
    SETTLED,
    Status,
    event_type,
)
from pedidos.processes.web.operator.order_map.places import Place

_PLACED = (Place.EDGE, Place.API, Place.LOG, Place.RELAY, Place.KAFKA)
_OUT = (Place.LOG, Place.RELAY, Place.KAFKA, Place.STREAM)

_SCHEDULED = (Place.EDGE, Place.API, *_OUT)

_ON_THE_WAY: Mapping[Status, Sequence[Place]] = {
    Status.SCHEDULED: _SCHEDULED,
    Status.RECEIVED: _PLACED,
    Status.VALIDATED: (Place.BRIDGE, Place.QUEUE, Place.WORKER),
    Status.RESERVED: (Place.WORKER, Place.QUEUE),
    Status.CHARGING: (Place.QUEUE, Place.WORKER, Place.GATEWAY),
    Status.PAID: (Place.WORKER,),
    Status.CONFIRMED: (Place.WORKER, *_OUT),
}

_BY_PEOPLE = (Status.PREPARING, Status.ON_ITS_WAY, Status.DELIVERED, Status.CANCELLED)

ARRIVALS: Mapping[str, Sequence[Place]] = MappingProxyType(
    {
        **{event_type(status): places for status, places in _ON_THE_WAY.items()},
        **{event_type(status): (Place.API, *_OUT) for status in _BY_PEOPLE},
        **{event_type(status): _OUT for status in SETTLED if status not in {*_ON_THE_WAY, *_BY_PEOPLE}},
        **dict.fromkeys(MONEY_RETURNED, (Place.WORKER, *_OUT)),
        **dict.fromkeys((READY, COURIER_ASSIGNED, COURIER_LEFT), (Place.API, *_OUT)),
        **dict.fromkeys(DELAYED, (Place.WORKER, Place.GATEWAY)),
    }
)
"""For each type of event, the places that the order has passed since the event before; it is at the last one now."""
