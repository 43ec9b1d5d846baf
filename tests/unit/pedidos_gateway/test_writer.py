"""The book's writer outlives a disk that fails: everybody hears of it, and the next ones are served."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from pedidos_gateway.writer import Writer

BOUND_SECONDS = 20.0


class FailingDisk(sqlite3.Connection):
    """A book that raises on these statements, once each."""

    failing: set[str]

    def execute(self, statement: str, *parameters: Any) -> sqlite3.Cursor:
        if statement in self.failing:
            self.failing.remove(statement)
            raise sqlite3.OperationalError(f"disk I/O error at {statement}")
        return super().execute(statement, *parameters)


def note(book: sqlite3.Connection, text: str) -> int:
    book.execute("insert into notes values (?)", (text,))
    count: int = book.execute("select count(*) from notes").fetchone()[0]
    return count


def test_a_rollback_that_fails_leaves_no_caller_waiting(tmp_path: Path) -> None:
    book = sqlite3.connect(tmp_path / "book.sqlite", isolation_level=None, check_same_thread=False, factory=FailingDisk)
    book.failing = set()
    book.execute("create table notes (text)")
    book.failing = {"commit", "rollback"}

    async def scene() -> None:
        writer = Writer(book)
        async with asyncio.timeout(BOUND_SECONDS):
            with pytest.raises(sqlite3.OperationalError, match="at commit"):
                await writer.run(note, "lost")
            with pytest.raises(sqlite3.OperationalError, match="within a transaction"):
                await writer.run(note, "lost, too")
            assert await writer.run(note, "kept") == 1
        writer.close()

    asyncio.run(scene())
