"""Where the orders of a demo are delivered."""

from collections.abc import Mapping
from types import MappingProxyType

DELIVERY: Mapping[str, object] = MappingProxyType(
    {
        "method": "delivery",
        "recipient": "Ana Souza",
        "phone": "+55 11 91234-5678",
        "address": {
            "street": "Rua Augusta",
            "number": "1024",
            "district": "Consolação",
            "city": "São Paulo",
            "state": "SP",
            "postal_code": "01304001",
            "location": {"latitude": -23.5533, "longitude": -46.6548},
        },
        "note": "The bell is broken: please call.",
    }
)
"""The member `handover` of an order to an address near the merchants of the demo."""
