"""Begins an event log with one shard again, which no relay does: for simulations."""

from sqlalchemy import Engine, text

from pedidos.storage.event_log.finality import BOUND

_FORGET = text("delete from relay_positions")

# What is above the bound may be published a second time, and nothing is left out.
_BEGIN = text(
    f"insert into relay_positions (shard, txid, unsigned_until) select 0, {BOUND.text}, '{{}}'"  # constants
)


def begin_with_one(engine: Engine) -> None:
    """To be called when everything is published."""
    with engine.begin() as connection:
        connection.execute(_FORGET)
        connection.execute(_BEGIN)
