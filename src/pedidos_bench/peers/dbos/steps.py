"""Four plain steps: each commits its own transaction, then DBOS records it. Running one again changes nothing."""

from dbos import DBOS

from ..common import statements
from .engine import engine, serve


@DBOS.step()
def validate(order_id: str) -> bool:
    with engine.begin() as connection:
        return statements.validate(connection, order_id)


@DBOS.step()
def reserve(order_id: str) -> None:
    with engine.begin() as connection:
        statements.reserve(connection, order_id)


@DBOS.step()
def refuse(order_id: str) -> None:
    with engine.begin() as connection:
        statements.refuse(connection, order_id)


@DBOS.step()
def charge(order_id: str) -> None:
    with engine.begin() as connection:
        statements.charge(connection, order_id)


@DBOS.step()
def confirm(order_id: str) -> None:
    with engine.begin() as connection:
        statements.confirm(connection, order_id)


@DBOS.workflow()
def process_order(order_id: str) -> None:
    if not validate(order_id):
        return
    try:
        reserve(order_id)
    except statements.OutOfStock:
        refuse(order_id)
        return
    charge(order_id)
    confirm(order_id)


app = serve(process_order)
