"""The people of a local demo, as whom anyone at this machine may enter without a password.

Only where no one else reaches the platform: demo accounts are known to everyone, and one of them is an operator's.
"""

from collections.abc import Mapping
from types import MappingProxyType

from flask import request
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from pedidos.processes.web.services import services
from pedidos.setup.exposure import is_on_loopback, is_only_for_this_machine

PEOPLE: Mapping[str, str] = MappingProxyType(
    {
        "customer": "customer@pedidos.example",
        "merchant": "merchant@pedidos.example",
        "courier": "courier@pedidos.example",
        "operator": "operator@pedidos.example",
    }
)

NAMES: Mapping[str, LazyString] = MappingProxyType(
    {
        "customer": _("Enter as a customer"),
        "merchant": _("Enter as a shop"),
        "courier": _("Enter as a courier"),
        "operator": _("Enter as an operator"),
    }
)


def is_offered() -> bool:
    """Whether the current request may enter so: the platform has demo data, is published on loopback alone, and was
    asked for by a name of this machine."""
    settings = services().settings
    return settings.demo and is_only_for_this_machine(settings) and is_on_loopback(f"//{request.host}")
