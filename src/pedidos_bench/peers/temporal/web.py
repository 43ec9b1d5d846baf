"""The HTTP server: stores the order, then starts its workflow. gunicorn runs it as peers.temporal.web:app."""

import asyncio
import os
from functools import cache
from threading import Thread
from uuid import UUID

from temporalio.client import Client

from ..common import statements
from ..common.body import Wish
from ..common.web import create_app
from . import workflows
from .activities import engine

START_SECONDS = 10

Workflow = getattr(workflows, os.environ["WORKFLOW"])


@cache
def loop() -> asyncio.AbstractEventLoop:
    """The client is asynchronous and Flask is not, so the client's event loop has its own thread."""
    made = asyncio.new_event_loop()
    Thread(target=made.run_forever, name="temporal", daemon=True).start()
    return made


@cache
def client() -> Client:
    return asyncio.run_coroutine_threadsafe(Client.connect(os.environ["TEMPORAL_ADDRESS"]), loop()).result(
        START_SECONDS
    )


def place(customer_id: UUID, wish: Wish) -> tuple[UUID, int]:
    with engine.begin() as connection:
        order_id, total_cents = statements.accept(connection, customer_id, wish)
    starting = client().start_workflow(
        Workflow.run, str(order_id), id=f"order-{order_id}", task_queue=workflows.TASK_QUEUE
    )
    asyncio.run_coroutine_threadsafe(starting, loop()).result(START_SECONDS)
    return order_id, total_cents


client()  # gunicorn forks its processes before they import this
app = create_app(place)
