"""Queries PostgreSQL from the event loop: in a few threads, each query with a limit on its wait."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import structlog
from sqlalchemy import Engine

from pedidos.errors import Transient
from pedidos.http import problems
from pedidos.sentence import Sentence

T = TypeVar("T")

WAIT_SECONDS = 5.0

log = structlog.get_logger()


class Database:
    """Runs storage functions, whose first argument is the engine."""

    def __init__(self, engine: Engine, at_a_time: int) -> None:
        self._engine = engine
        self._threads = ThreadPoolExecutor(at_a_time, thread_name_prefix="database")

    async def ask(self, function: Callable[..., T], *arguments: Any) -> T:
        """Returns function(engine, *arguments). Raises problems.Unavailable if that takes longer than WAIT_SECONDS,
        waiting for a thread included, or if PostgreSQL is unavailable."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                return await loop.run_in_executor(self._threads, function, self._engine, *arguments)
        except (Transient, TimeoutError) as error:
            log.warning("database unavailable", error=type(error).__name__)
            raise problems.Unavailable(Sentence("The event log cannot be read at the moment.")) from error

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._engine.dispose()
