"""Tells an order of a delayed refund with each attempt. Breaks history: a customer hears the same again and again."""

from pedidos.sentence import Sentence
from pedidos_drills.safeguard import SIMULATION, Safeguard

SAFEGUARD = Safeguard(
    "delay-told-once",
    guards="An order is told once of each trouble that delays its money, however often the provider is asked.",
    off=Sentence("It is told with each request that fails."),
    needs=SIMULATION,
    invariant="history",
    replaced={"pedidos.storage.payments.refund_delays:UNTOLD": "true"},
)
