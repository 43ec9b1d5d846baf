"""The provider's book: every charge and refund, in SQLite. Each function is a part of one transaction of its caller.

A charge is in one of these states:
    failed       seen, nothing charged: the next request under its key tries again
    in_progress  the money is on its way; ends as captured
    captured     the money was taken. Given back if there is a refund: shown as "refunded"
    declined     refused, for good
    voided       undone before any money was taken: refused from now on
"""

import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import Any

from pedidos_gateway.tokens import Trouble, behaviour

MEMORY = Path(":memory:")
"""For a book that is not stored."""

_SCHEMA = """
create table if not exists charges (
    key            text primary key,
    amount_cents   integer check (amount_cents > 0), -- null: undone before it was ever asked for
    token          text,
    description    text,
    status         text not null check (status in ('failed', 'in_progress', 'captured', 'declined', 'voided')),
    reference      text unique,
    reason         text,
    attempts       integer not null,
    undo_requested integer not null default 0,
    created_at     real not null,
    check ((status = 'captured') = (reference is not null))
) strict, without rowid;
create table if not exists refunds (
    key          text primary key references charges,
    amount_cents integer not null check (amount_cents > 0),
    reference    text not null unique,
    created_at   real not null
) strict, without rowid;
create table if not exists part_refunds (
    key          text primary key,
    charge       text not null,
    amount_cents integer not null check (amount_cents > 0),
    status       text not null check (status in ('refunded', 'refused')),
    reference    text unique,
    reason       text,
    created_at   real not null,
    check ((status = 'refunded') = (reference is not null))
) strict, without rowid;
create index if not exists part_refunds_by_charge on part_refunds (charge);
"""

_SELECT = """
select key, amount_cents, token, description, status, reference, reason, attempts, undo_requested, created_at,
       exists (select from_refunds.key from refunds as from_refunds where from_refunds.key = charges.key)
           or (status = 'captured' and undo_requested) as refunded,
       (select coalesce(sum(parts.amount_cents), 0) from part_refunds as parts
        where parts.charge = charges.key and parts.status = 'refunded') as returned_cents
from charges
"""


@dataclass(frozen=True, slots=True)
class Request:
    amount_cents: int
    token: str
    description: str | None = None


class Case(Enum):
    """The result of a request to charge."""

    NEW = auto()
    REPLAYED = auto()
    STARTED = auto()
    """The charge is in progress: the caller finishes it with `finish` after the token's seconds."""
    IN_PROGRESS = auto()
    OTHER_BODY = auto()
    TROUBLE = auto()


@dataclass(frozen=True, slots=True)
class Outcome:
    """shown: the charge as clients see it. trouble: how the answer fails, whether or not the money was taken."""

    case: Case
    shown: dict[str, Any] | None = None
    trouble: Trouble | None = None


class Damaged(Exception):
    """The book is damaged. The message says what to do."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(
            f"The gateway's book {path} is damaged ({why}). It is the provider's record of the money: put a copy of it"
            f" back. Without one, move {path}* away: the next start makes an empty book, which knows no earlier charge."
        )


def open_book(path: Path) -> sqlite3.Connection:
    """Opens the book, and creates it if there is none. Charges that a crash left in progress took no money: they become
    failed.

    Raises Damaged: an empty book in place of a damaged one would forget who has paid.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if path != MEMORY:
        _make_or_examine(path)
    book = _connect(path)
    book.executescript(_SCHEMA)
    book.execute(
        "update charges set status = case when undo_requested then 'voided' else 'failed' end"
        " where status = 'in_progress'"
    )
    return book


def _connect(path: Path) -> sqlite3.Connection:
    book = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=64)
    book.row_factory = sqlite3.Row
    book.execute("pragma busy_timeout = 5000")
    book.execute("pragma journal_mode = wal")
    book.execute("pragma synchronous = full")  # a charge that was answered survives a power failure
    book.execute("pragma foreign_keys = on")
    return book


def _make_or_examine(path: Path) -> None:
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
        book.executescript(_SCHEMA)
    draft.replace(path)


def charge(book: sqlite3.Connection, key: str, request: Request) -> Outcome:
    """Takes the money once per key, or returns what was done under this key before."""
    known = _find(book, key)
    if known is not None and (before := _done_before(known, request)):
        return before
    attempts = 1 if known is None else known["attempts"] + 1
    plan = behaviour(request.token)
    if plan.before and (plan.always or attempts == 1):
        _write(book, key, request, attempts, "failed")
        return Outcome(Case.TROUBLE, trouble=plan.before)
    if plan.seconds:
        _write(book, key, request, attempts, "in_progress")
        return Outcome(Case.STARTED)
    if plan.declined:
        shown = _write(book, key, request, attempts, "declined", reason=plan.declined)
    else:
        shown = _write(book, key, request, attempts, "captured", reference=_reference("ch"))
    return Outcome(Case.NEW, shown, plan.after)


def _done_before(known: sqlite3.Row, request: Request) -> Outcome | None:
    if known["status"] == "voided":
        return Outcome(Case.REPLAYED, _shown(known) | {"status": "declined", "reason": "voided"})
    if Request(known["amount_cents"], known["token"], known["description"]) != request:
        return Outcome(Case.OTHER_BODY)
    if known["status"] == "in_progress":
        return Outcome(Case.IN_PROGRESS)
    return None if known["status"] == "failed" else Outcome(Case.REPLAYED, _shown(known))


def finish(book: sqlite3.Connection, key: str) -> dict[str, Any]:
    """Takes the money of a charge in progress, and refunds it at once if that was requested meanwhile."""
    book.execute(
        "update charges set status = 'captured', reference = ? where key = ? and status = 'in_progress'",
        (_reference("ch"), key),
    )
    charged = _existing(book, key)
    if charged["undo_requested"]:
        _refund(book, charged)
    return _shown(_existing(book, key))


def undo(book: sqlite3.Connection, key: str) -> dict[str, Any]:
    """Makes sure that no money of this key is kept. Repeating it changes nothing more.

    The status returned is refunded, voided or declined (none was taken, none will be), or undoing: the charge is in
    progress and is refunded as soon as it is captured.
    """
    known = _find(book, key)
    if known is None:
        book.execute(
            "insert into charges (key, status, attempts, created_at) values (?, 'voided', 0, ?)", (key, time.time())
        )
    elif known["status"] == "failed":
        book.execute("update charges set status = 'voided' where key = ?", (key,))
    elif known["status"] == "in_progress":
        book.execute("update charges set undo_requested = 1 where key = ?", (key,))
    elif known["status"] == "captured" and not known["refunded"]:
        book.execute("update charges set undo_requested = 1 where key = ?", (key,))
        _refund(book, known)
    return _shown(_existing(book, key))


def refund_part(book: sqlite3.Connection, key: str, charge_key: str, amount_cents: int) -> dict[str, Any] | None:
    """Returns a part of a charge, once per key, as long as that much is left of it. None: the key was used for another
    refund."""
    done = book.execute(_SELECT_PART, (key,)).fetchone()
    if done is not None:
        same = (done["charge"], done["amount_cents"]) == (charge_key, amount_cents)
        return _shown_part(done) if same else None
    charged = _find(book, charge_key)
    left = 0
    if charged is not None and charged["status"] == "captured" and not charged["refunded"]:
        left = charged["amount_cents"] - charged["returned_cents"]
    refused = None if amount_cents <= left else "more_than_is_left"
    book.execute(
        "insert into part_refunds (key, charge, amount_cents, status, reference, reason, created_at)"
        " values (?, ?, ?, ?, ?, ?, ?)",
        (
            key,
            charge_key,
            amount_cents,
            "refused" if refused else "refunded",
            None if refused else _reference("re"),
            refused,
            time.time(),
        ),
    )
    return _shown_part(book.execute(_SELECT_PART, (key,)).fetchone())


def find(book: sqlite3.Connection, key: str) -> dict[str, Any] | None:
    """The charge of a key, as clients see it; None if the key was never seen."""
    known = _find(book, key)
    return None if known is None else _shown(known)


_LISTED = """
where key > :after and (created_at >= :since or exists (
    select 1 from refunds as later where later.key = charges.key and later.created_at >= :since
) or exists (
    select 1 from part_refunds as later where later.charge = charges.key and later.created_at >= :since
))
order by key
limit :limit
"""


def listed(book: sqlite3.Connection, since: float, after: str, limit: int) -> list[dict[str, Any]]:
    """Charges made or refunded since then (seconds since the epoch), in the order of their keys, after a key."""
    rows = book.execute(_SELECT + _LISTED, {"after": after, "since": since, "limit": limit})
    return [{**_shown(row), "created_at": row["created_at"]} for row in rows]


def entries(book: sqlite3.Connection) -> Iterator[dict[str, Any]]:
    """Every charge, then every refund: of what was left of a charge, or of a part, with a key of its own. Reads over a
    separate connection, so that the result is one snapshot of the book."""
    book.execute("begin")
    try:
        for row in book.execute(_SELECT + "order by key"):
            yield {"entry": "charge", **_shown(row), "attempts": row["attempts"], "created_at": row["created_at"]}
        for row in book.execute("select key, amount_cents, reference, created_at from refunds order by key"):
            yield {"entry": "refund", "part": None, **dict(row)}
        for row in book.execute(
            "select charge as key, key as part, amount_cents, reference, created_at from part_refunds"
            " where status = 'refunded' order by charge, key"
        ):
            yield {"entry": "refund", **dict(row)}
    finally:
        book.execute("rollback")


def _find(book: sqlite3.Connection, key: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = book.execute(_SELECT + "where key = ?", (key,)).fetchone()
    return row


def _existing(book: sqlite3.Connection, key: str) -> sqlite3.Row:
    row = _find(book, key)
    if row is None:
        raise LookupError(f"{key} is not in the book")
    return row


def _shown(row: sqlite3.Row) -> dict[str, Any]:
    status = row["status"]
    if row["refunded"]:
        status = "refunded"
    elif row["undo_requested"] and status == "in_progress":
        status = "undoing"
    return {
        "key": row["key"],
        "status": status,
        "reference": row["reference"],
        "reason": row["reason"],
        "amount_cents": row["amount_cents"],
    }


def _write(
    book: sqlite3.Connection,
    key: str,
    request: Request,
    attempts: int,
    status: str,
    *,
    reference: str | None = None,
    reason: str | None = None,
) -> dict[str, Any]:
    book.execute(
        "insert into charges (key, amount_cents, token, description, status, reference, reason, attempts, created_at)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " on conflict (key) do update set status = excluded.status, reference = excluded.reference,"
        " reason = excluded.reason, attempts = excluded.attempts",
        (
            key,
            request.amount_cents,
            request.token,
            request.description,
            status,
            reference,
            reason,
            attempts,
            time.time(),
        ),
    )
    return {
        "key": key,
        "status": status,
        "reference": reference,
        "reason": reason,
        "amount_cents": request.amount_cents,
    }


def _refund(book: sqlite3.Connection, charged: sqlite3.Row) -> None:
    """Returns what is left of a charge."""
    left = charged["amount_cents"] - charged["returned_cents"]
    if left:
        book.execute(
            "insert into refunds (key, amount_cents, reference, created_at) values (?, ?, ?, ?) on conflict do nothing",
            (charged["key"], left, _reference("re"), time.time()),
        )


_SELECT_PART = "select key, charge, amount_cents, status, reference, reason from part_refunds where key = ?"


def _shown_part(row: sqlite3.Row) -> dict[str, Any]:
    return {name: row[name] for name in ("key", "status", "reference", "reason", "amount_cents")}


def _reference(kind: str) -> str:
    return f"{kind}_{secrets.token_hex(12)}"
