"""The provider's book: every charge and refund, in SQLite. Each function is a part of one transaction of its caller.

A charge is in one of these states:
    failed       seen, nothing charged: the next request under its key tries again
    in_progress  the money is on its way; ends as captured
    captured     the money was taken. Given back if there is a refund: shown as "refunded"
    declined     refused, for good
    voided       undone before any money was taken: refused from now on
"""

import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import Any

from pedidos_gateway.book_file import existing_row, new_reference, open_file, row_of, snapshot
from pedidos_gateway.tokens import Trouble, behaviour

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
_BY_KEY = _SELECT + "where key = ?"
_PART_BY_KEY = "select key, charge, amount_cents, status, reference, reason from part_refunds where key = ?"


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


def open_book(path: Path) -> sqlite3.Connection:
    """Opens the book, and creates it if there is none. Charges that a crash left in progress took no money: they become
    failed. Raises book_file.Damaged."""
    book = open_file(path, _SCHEMA)
    book.execute(
        "update charges set status = case when undo_requested then 'voided' else 'failed' end"
        " where status = 'in_progress'"
    )
    return book


def charge(book: sqlite3.Connection, key: str, request: Request) -> Outcome:
    """Takes the money once per key, or returns what was done under this key before."""
    known = row_of(book, _BY_KEY, key)
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
        shown = _write(book, key, request, attempts, "captured", reference=new_reference("ch"))
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
        (new_reference("ch"), key),
    )
    charged = existing_row(book, _BY_KEY, key)
    if charged["undo_requested"]:
        _refund(book, charged)
    return _shown(existing_row(book, _BY_KEY, key))


def undo(book: sqlite3.Connection, key: str) -> dict[str, Any]:
    """Makes sure that no money of this key is kept. Repeating it changes nothing more.

    The status returned is refunded, voided or declined (none was taken, none will be), or undoing: the charge is in
    progress and is refunded as soon as it is captured.
    """
    known = row_of(book, _BY_KEY, key)
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
    return _shown(existing_row(book, _BY_KEY, key))


def refund_part(book: sqlite3.Connection, key: str, charge_key: str, amount_cents: int) -> dict[str, Any] | None:
    """Returns a part of a charge, once per key, as long as that much is left of it. None: the key was used for another
    refund."""
    done = row_of(book, _PART_BY_KEY, key)
    if done is not None:
        same = (done["charge"], done["amount_cents"]) == (charge_key, amount_cents)
        return _shown_part(done) if same else None
    charged = row_of(book, _BY_KEY, charge_key)
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
            None if refused else new_reference("re"),
            refused,
            time.time(),
        ),
    )
    return _shown_part(existing_row(book, _PART_BY_KEY, key))


def find(book: sqlite3.Connection, key: str) -> dict[str, Any] | None:
    """The charge of a key, as clients see it; None if the key was never seen."""
    known = row_of(book, _BY_KEY, key)
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
    with snapshot(book):
        for row in book.execute(_SELECT + "order by key"):
            yield {"entry": "charge", **_shown(row), "attempts": row["attempts"], "created_at": row["created_at"]}
        for row in book.execute("select key, amount_cents, reference, created_at from refunds order by key"):
            yield {"entry": "refund", "part": None, **dict(row)}
        for row in book.execute(
            "select charge as key, key as part, amount_cents, reference, created_at from part_refunds"
            " where status = 'refunded' order by charge, key"
        ):
            yield {"entry": "refund", **dict(row)}


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
            (charged["key"], left, new_reference("re"), time.time()),
        )


def _shown_part(row: sqlite3.Row) -> dict[str, Any]:
    return {name: row[name] for name in ("key", "status", "reference", "reason", "amount_cents")}
