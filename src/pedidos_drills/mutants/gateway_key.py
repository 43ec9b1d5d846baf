"""Gives each request a key of its own. Breaks money: a charge whose answer was lost is charged again."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pedidos.payments.gateway_client import GatewayClient
from pedidos.payments.port import Charge, Group
from pedidos.sentence import Sentence
from pedidos_drills.safeguard import Safeguard

_charge_many = GatewayClient.charge_many
_asked: set[str] = set()


def charge_under_new_keys(self: GatewayClient, charges: Sequence[Charge], patience_seconds: float) -> Iterator[Group]:
    """The first request keeps the order's key. Otherwise the ledger would only find that keys look different."""
    sent = {_new_key(charge.key): charge for charge in charges}
    asks = [replace(charge, key=key) for key, charge in sent.items()]
    for group in _charge_many(self, asks, patience_seconds):
        yield [(sent[key].key, answer) for key, answer in group]


def _new_key(key: str) -> str:
    if key in _asked:
        return f"{key}:{secrets.token_hex(4)}"
    _asked.add(key)
    return key


SAFEGUARD = Safeguard(
    "gateway-key",
    guards="All requests to the gateway about an order's money carry the same key.",
    off=Sentence("Each further request has a new key."),
    needs="gateway-times-out",
    invariant="money",
    replaced={"pedidos.payments.gateway_client:GatewayClient.charge_many": charge_under_new_keys},
)
