"""Four transactional steps: each commits its rows and DBOS's record of it together, in the shop's database."""

import os

from dbos import DBOS, SQLAlchemyDatasource

from ..common import statements
from .engine import engine, serve

datasource = SQLAlchemyDatasource.create(os.environ["DATABASE_URL"], engine=engine)

# Each statement checks the status itself; SERIALIZABLE, the default, would only cause retries.
transaction = datasource.transaction(isolation_level="READ COMMITTED")


@transaction
def validate(order_id: str) -> bool:
    return statements.validate(datasource.sql_session(), order_id)


@transaction
def reserve(order_id: str) -> None:
    statements.reserve(datasource.sql_session(), order_id)


@transaction
def refuse(order_id: str) -> None:
    statements.refuse(datasource.sql_session(), order_id)


@transaction
def charge(order_id: str) -> None:
    statements.charge(datasource.sql_session(), order_id)


@transaction
def confirm(order_id: str) -> None:
    statements.confirm(datasource.sql_session(), order_id)


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
