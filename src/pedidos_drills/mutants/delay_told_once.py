"""Reports a delayed refund with each attempt. Breaks history: a customer hears the same again and again."""

from pedidos.sentence import Sentence
from pedidos_drills.safeguard import SIMULATION, Safeguard

SAFEGUARD = Safeguard(
    "delay-told-once",
    guards="A trouble that delays the money of an order is reported once, however often the provider is asked.",
    off=Sentence("It is reported with each request that fails."),
    needs=SIMULATION,
    invariant="history",
    replaced={"pedidos.storage.payments.refund_delays:UNTOLD": "true"},
)
