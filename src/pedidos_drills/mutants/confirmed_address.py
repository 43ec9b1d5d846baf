"""Tells every address. Breaks "everybody told": an address that is not confirmed gets mails about orders."""

from pedidos.sentence import Sentence
from pedidos_drills.safeguard import Safeguard

SAFEGUARD = Safeguard(
    "confirmed-address",
    guards="Only an address that its owner has confirmed gets mails about orders.",
    off=Sentence("Every address of an account does."),
    needs="notifier-killed",
    invariant="everybody told",
    replaced={"pedidos.storage.mails.of_orders:CONFIRMED_ADDRESS": "a.id is not null"},
)
