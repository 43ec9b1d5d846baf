"""Closes a shard while older transactions may still write to it. Breaks history: what they write is never published."""

from pedidos.sentence import Sentence
from pedidos_drills.safeguard import SIMULATION, Safeguard

SAFEGUARD = Safeguard(
    "shard-is-final",
    guards="A shard that has ended is closed only when no transaction before its end can write an event any more.",
    off=Sentence("It is closed as soon as all visible events are published."),
    needs=SIMULATION,
    invariant="history",
    replaced={"pedidos.storage.event_log.positions:ALL_IS_FINAL": "true"},
    alone={"relay_shards": 4},
    why_alone="With one shard, none ends.",
)
