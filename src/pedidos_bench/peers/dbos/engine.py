"""DBOS in the process that serves HTTP, as its guides recommend: the request starts the workflow, threads run it."""

import os
from collections.abc import Callable
from uuid import UUID

from dbos import DBOS, SetWorkflowID
from flask import Flask
from sqlalchemy import create_engine

from ..common import statements
from ..common.body import Wish
from ..common.web import create_app

THREADS = int(os.environ["WORKFLOW_THREADS"])

# A connection for each thread that may need one, so that none waits.
engine = create_engine(
    os.environ["DATABASE_URL"], pool_size=THREADS + int(os.environ["REQUEST_THREADS"]), max_overflow=0
)


def serve(process_order: Callable[[str], None]) -> Flask:
    """The app that starts this workflow for each stored order."""
    DBOS(
        config={
            "name": "pedidos",
            "system_database_url": os.environ["SYSTEM_DATABASE_URL"],
            "sys_db_pool_size": THREADS + 4,
            "max_executor_threads": THREADS,  # without it, every waiting order would have a thread
            "executor_id": f"web-{os.getpid()}",  # each gunicorn process needs its own
            "application_version": "1",
            "log_level": "WARNING",
        }
    )
    DBOS.launch()

    def place(customer_id: UUID, wish: Wish) -> tuple[UUID, int]:
        with engine.begin() as connection:
            order_id, total_cents = statements.accept(connection, customer_id, wish)
        with SetWorkflowID(str(order_id)):
            DBOS.start_workflow(process_order, str(order_id))
        return order_id, total_cents

    return create_app(place)
