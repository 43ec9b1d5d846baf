"""Publishes new shards before the ones that they replace are published. Breaks history: events change their order."""

from pedidos.sentence import Sentence
from pedidos_drills.safeguard import SIMULATION, Safeguard

SAFEGUARD = Safeguard(
    "shards-in-turn",
    guards="When the number of shards is raised, the new ones begin once the others are published to their ends.",
    off=Sentence("They begin at once."),
    needs=SIMULATION,
    invariant="history",
    replaced={"pedidos.storage.event_log.positions:IS_ITS_TURN": "true"},
    alone={"relay_shards": 4},
    why_alone="With one shard, no other one has to wait.",
)
