"""How a simulator's book is kept: in SQLite, so that it survives a crash, and refused if it is damaged."""

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

MEMORY = Path(":memory:")
"""For a book that is not stored."""


class Damaged(Exception):
    """The book is damaged. The message says what to do."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(
            f"The gateway's book {path} is damaged ({why}). It is the provider's record of the money: put a copy of it"
            f" back. Without one, move {path}* away: the next start makes an empty book, which knows no earlier charge."
        )


def open_file(path: Path, schema: str) -> sqlite3.Connection:
    """Opens the book, and creates it if there is none.

    Raises Damaged: an empty book in place of a damaged one would forget who has paid.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if path != MEMORY:
        _make_or_examine(path, schema)
    book = _connect(path)
    book.executescript(schema)
    return book


def row_of(book: sqlite3.Connection, statement: str, key: str) -> sqlite3.Row | None:
    """The row that the statement finds by this key."""
    row: sqlite3.Row | None = book.execute(statement, (key,)).fetchone()
    return row


def existing_row(book: sqlite3.Connection, statement: str, key: str) -> sqlite3.Row:
    """The same, of a row that is there. Raises LookupError if it is not."""
    row = row_of(book, statement, key)
    if row is None:
        raise LookupError(f"{key} is not in the book")
    return row


@contextmanager
def snapshot(book: sqlite3.Connection) -> Iterator[None]:
    """Inside, the connection reads one state of the book, whatever is written meanwhile."""
    book.execute("begin")
    try:
        yield
    finally:
        book.execute("rollback")


def new_reference(kind: str) -> str:
    """The name of something in the book, such as re_4f1c…; kind: what it begins with."""
    return f"{kind}_{secrets.token_hex(12)}"


def _connect(path: Path) -> sqlite3.Connection:
    book = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=64)
    book.row_factory = sqlite3.Row
    book.execute("pragma busy_timeout = 5000")
    book.execute("pragma journal_mode = wal")
    book.execute("pragma synchronous = full")  # a charge that was answered survives a power failure
    book.execute("pragma foreign_keys = on")
    return book


def _make_or_examine(path: Path, schema: str) -> None:
    """Creates or checks the book. A new book gets its name when it is complete, so an empty book, or a journal without
    its book, is damage."""
    journal = path.with_name(f"{path.name}-wal")
    if path.exists():
        if path.stat().st_size == 0:
            raise Damaged(path, "it is empty")
        try:
            with closing(_connect(path)) as book:
                (verdict,) = book.execute("pragma quick_check(1)").fetchone()
        except sqlite3.DatabaseError as error:
            raise Damaged(path, str(error)) from error
        if verdict != "ok":
            raise Damaged(path, str(verdict))
        return
    if journal.exists() and journal.stat().st_size > 0:
        raise Damaged(path, "its journal is there, and it is not")
    draft = path.with_name(f"{path.name}.new")
    for part in (draft, *(draft.with_name(draft.name + end) for end in ("-wal", "-shm"))):
        part.unlink(missing_ok=True)
    with closing(_connect(draft)) as book:
        book.executescript(schema)
    draft.replace(path)
