"""The four steps of an order as activities. Running one again changes nothing."""

import os

from sqlalchemy import create_engine
from temporalio import activity

from ..common import statements

engine = create_engine(os.environ["DATABASE_URL"], pool_size=int(os.environ["POOL_SIZE"]), max_overflow=0)


@activity.defn
def validate(order_id: str) -> bool:
    with engine.begin() as connection:
        return statements.validate(connection, order_id)


@activity.defn
def reserve(order_id: str) -> bool:
    try:
        with engine.begin() as connection:
            statements.reserve(connection, order_id)
    except statements.OutOfStock:
        with engine.begin() as connection:
            statements.refuse(connection, order_id)
        return False
    return True


@activity.defn
def charge(order_id: str) -> None:
    with engine.begin() as connection:
        statements.charge(connection, order_id)


@activity.defn
def confirm(order_id: str) -> None:
    with engine.begin() as connection:
        statements.confirm(connection, order_id)
