"""Gives the discount of VIPs to everybody. Breaks money: an order costs less, whose customer is no VIP."""

from pedidos.sentence import Sentence
from pedidos_drills.safeguard import SIMULATION, Safeguard

SAFEGUARD = Safeguard(
    "vips-price",
    guards="A coupon for VIPs exists for the VIPs of its merchant alone.",
    off=Sentence("Everybody who knows its code has the discount."),
    needs=SIMULATION,
    invariant="money",
    replaced={"pedidos.storage.pricing.costs:IS_VIP": "true"},
)
