"""Changes a stock row and holds it for a while."""

from uuid import UUID

from sqlalchemy import Engine, text

_CHANGE = text("update stock set on_hand = on_hand where product_id = :product")
_WAIT = text("select pg_sleep(:seconds)")


def change_and_hold(engine: Engine, product: UUID, seconds: float) -> None:
    """One commit. Waits for the row if another transaction holds it."""
    with engine.begin() as connection:
        connection.execute(_CHANGE, {"product": product})
        connection.execute(_WAIT, {"seconds": seconds})
