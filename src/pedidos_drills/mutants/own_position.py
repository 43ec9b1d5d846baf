"""Saves the position of one shard for the others too. Breaks history: what they had not published is left out."""

from sqlalchemy import Connection

from pedidos.sentence import Sentence
from pedidos.storage.event_log.cursors import cursor_values
from pedidos.storage.event_log.positions import Leadership, Position, save
from pedidos_drills.safeguard import SIMULATION, Safeguard

_OTHERS = """
update relay_positions as p set txid = %(txid)s::xid8, seq = %(seq)s
from relay_positions as own
where own.shard = %(shard)s and (p.parts, p.begins) = (own.parts, own.begins)
  and (p.txid, p.seq) < (%(txid)s::xid8, %(seq)s)
"""


def save_for_all(connection: Connection, leadership: Leadership, position: Position, lease_seconds: float) -> bool:
    connection.exec_driver_sql(_OTHERS, {"shard": leadership.shard, **cursor_values(position.cursor)})
    return save(connection, leadership, position, lease_seconds)


SAFEGUARD = Safeguard(
    "own-position",
    guards="A relay saves the position of the shard that it publishes, and of no other.",
    off=Sentence("It saves it for all shards that began together."),
    needs=SIMULATION,
    invariant="history",
    replaced={"pedidos.storage.event_log.positions:save": save_for_all},
    alone={"relay_shards": 4},
    why_alone="With one shard, there is no other position.",
)
