"""The handler: four durable steps, each a transaction. hypercorn serves it as peers.restate.handler:app.

Restate writes the result of each step to its journal. It may run a step again whose result it did not get; the
statements then change nothing.
"""

import asyncio
import os
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import restate
from sqlalchemy import Connection, create_engine

from ..common import statements

T = TypeVar("T")

THREADS = int(os.environ["STEP_THREADS"])

pool = ThreadPoolExecutor(THREADS, "step")
engine = create_engine(os.environ["DATABASE_URL"], pool_size=THREADS, max_overflow=0)

Step = Callable[[str], Coroutine[None, None, T]]


def step(work: Callable[[Connection, str], T]) -> Step[T]:
    """Work on an order in a transaction of its own, on one of the threads, so that the event loop does not wait."""

    def in_transaction(order_id: str) -> T:
        with engine.begin() as connection:
            return work(connection, order_id)

    async def run(order_id: str) -> T:
        return await asyncio.get_running_loop().run_in_executor(pool, in_transaction, order_id)

    return run


def take(order_id: str) -> bool:
    """Reserves the units; whether there were enough. Otherwise nothing is taken, and the order has ended."""
    try:
        with engine.begin() as connection:
            statements.reserve(connection, order_id)
    except statements.OutOfStock:
        with engine.begin() as connection:
            statements.refuse(connection, order_id)
        return False
    return True


async def reserve(order_id: str) -> bool:
    return await asyncio.get_running_loop().run_in_executor(pool, take, order_id)


validate = step(statements.validate)
charge = step(statements.charge)
confirm = step(statements.confirm)

orders = restate.Service("orders")


@orders.handler()
async def process(ctx: restate.Context, order_id: str) -> None:
    options = restate.RunOptions()
    if not await ctx.run_typed("validate", validate, options, order_id):
        return
    if not await ctx.run_typed("reserve", reserve, options, order_id):
        return
    await ctx.run_typed("charge", charge, options, order_id)
    await ctx.run_typed("confirm", confirm, options, order_id)


app = restate.app([orders])
