"""The provider's book: intents, refunds, and the answers that were given under keys, in SQLite.

Each function is a part of one transaction of its caller. It returns what is answered, and what is told by webhooks.
"""

import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pedidos_gateway.book_file import existing_row, new_reference, open_file, row_of, snapshot

KEY_SECONDS = 24 * 3600
FINAL = ("succeeded", "canceled")

_SCHEMA = """
create table if not exists intents (
    id         text primary key,
    charge_key text,
    amount     integer not null check (amount > 0),
    currency   text not null,
    status     text not null check (status in ('requires_payment_method', 'requires_capture', 'succeeded', 'canceled')),
    received   integer not null default 0,
    canceled   text,
    refused    text,
    attempts   integer not null default 0,
    captures   integer not null default 0,
    created_at real not null,
    check ((status = 'succeeded') = (received > 0))
) strict, without rowid;
create index if not exists intents_by_key on intents (charge_key);
create index if not exists intents_by_age on intents (created_at, id);
create table if not exists refunds (
    id         text primary key,
    intent     text not null references intents,
    amount     integer not null check (amount > 0),
    part       text,
    created_at real not null
) strict, without rowid;
create index if not exists refunds_by_intent on refunds (intent);
create index if not exists refunds_by_age on refunds (created_at, id);
create table if not exists keys (
    key        text primary key,
    members    text not null,
    status     integer not null,
    answer     text not null,
    created_at real not null
) strict, without rowid;
"""

SELECT = """
select id, charge_key, amount, currency, status, received, canceled, refused, attempts, captures, created_at,
    (select coalesce(sum(amount), 0) from refunds where intent = intents.id) as returned
from intents
"""
"""Intents, as shown() needs them."""
_BY_ID = SELECT + "where id = ?"

Members = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Said:
    """told: the type and the object of each event. replayed: it was answered before, under the same key."""

    status: int
    body: dict[str, Any]
    told: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    replayed: bool = False


def open_book(path: Path) -> sqlite3.Connection:
    """Opens the book, and creates it if there is none. Raises book_file.Damaged."""
    return open_file(path, _SCHEMA)


def once(book: sqlite3.Connection, key: str | None, members: Members, work: Callable[[], Said]) -> Said:
    """The work, or its answer if it was done under this key before."""
    if key is None:
        return work()
    text = json.dumps(sorted(members.items()))
    book.execute("delete from keys where key = ? and created_at < ?", (key, time.time() - KEY_SECONDS))
    known = book.execute("select members, status, answer from keys where key = ?", (key,)).fetchone()
    if known is not None:
        if known["members"] != text:
            return wrong("idempotency_error", "idempotency_key_in_use", "This key was used with other parameters.")
        return Said(known["status"], json.loads(known["answer"]), replayed=True)
    said = work()
    book.execute(
        "insert into keys (key, members, status, answer, created_at) values (?, ?, ?, ?, ?)",
        (key, text, said.status, json.dumps(said.body), time.time()),
    )
    return said


def create(book: sqlite3.Connection, key: str | None, members: Members) -> Said:
    """An intent that holds no money yet."""

    def work() -> Said:
        values = (
            new_reference("pi"),
            members.get("metadata[charge_key]"),
            _amount(members),
            members.get("currency", ""),
        )
        book.execute(
            "insert into intents (id, charge_key, amount, currency, status, created_at)"
            " values (?, ?, ?, ?, 'requires_payment_method', ?)",
            (*values, time.time()),
        )
        made = shown(existing_row(book, _BY_ID, values[0]))
        return Said(200, made, [("payment_intent.created", made)])

    return once(book, key, members, work)


def began(book: sqlite3.Connection, intent_id: str) -> int:
    """Counts a confirmation, and returns its number; 0 if there is no such intent."""
    book.execute("update intents set attempts = attempts + 1 where id = ?", (intent_id,))
    row = row_of(book, _BY_ID, intent_id)
    return 0 if row is None else int(row["attempts"])


def confirm(book: sqlite3.Connection, intent_id: str, refused: str | None) -> Said:
    """Authorises the payment, or refuses it. refused: why."""
    known = row_of(book, _BY_ID, intent_id)
    if known is None:
        return missing(intent_id)
    if known["status"] != "requires_payment_method":
        return _unexpected(known)
    if refused is None:
        book.execute("update intents set status = 'requires_capture', refused = null where id = ?", (intent_id,))
        now = shown(existing_row(book, _BY_ID, intent_id))
        return Said(200, now, [("payment_intent.amount_capturable_updated", now)])
    book.execute("update intents set refused = ? where id = ?", (refused, intent_id))
    now = shown(existing_row(book, _BY_ID, intent_id))
    error = {"type": "card_error", "code": "card_declined", "decline_code": refused, "message": "It was declined."}
    return Said(402, {"error": {**error, "payment_intent": now}}, [("payment_intent.payment_failed", now)])


def capture(book: sqlite3.Connection, intent_id: str) -> tuple[Said, bool]:
    """Takes the money that is authorised, once. Returns also whether this was the first request to do so."""
    known = row_of(book, _BY_ID, intent_id)
    if known is None:
        return missing(intent_id), False
    if known["status"] != "requires_capture":
        return _unexpected(known), False
    book.execute(
        "update intents set status = 'succeeded', received = amount, captures = captures + 1 where id = ?", (intent_id,)
    )
    now = shown(existing_row(book, _BY_ID, intent_id))
    return Said(200, now, [("payment_intent.succeeded", now)]), True


def cancel(book: sqlite3.Connection, intent_id: str, reason: str) -> Said:
    """No money is taken, and none ever will be."""
    known = row_of(book, _BY_ID, intent_id)
    if known is None:
        return missing(intent_id)
    if known["status"] in FINAL:
        return _unexpected(known)
    book.execute("update intents set status = 'canceled', canceled = ? where id = ?", (reason, intent_id))
    now = shown(existing_row(book, _BY_ID, intent_id))
    return Said(200, now, [("payment_intent.canceled", now)])


def refund(book: sqlite3.Connection, key: str | None, members: Members) -> Said:
    """Returns a part, or all that is left if no amount is given."""

    def work() -> Said:
        known = row_of(book, _BY_ID, members.get("payment_intent", ""))
        if known is None:
            return missing(members.get("payment_intent", ""))
        left = known["received"] - known["returned"]
        if not left:
            code = "charge_already_refunded" if known["received"] else "charge_not_captured"
            return wrong("invalid_request_error", code, "Nothing is left to refund.")
        amount = _amount(members) if "amount" in members else left
        if amount > left:
            return wrong("invalid_request_error", "", "The amount is greater than what is left.", member="amount")
        values = (new_reference("re"), known["id"], amount, key if "amount" in members else None, time.time())
        book.execute("insert into refunds (id, intent, amount, part, created_at) values (?, ?, ?, ?, ?)", values)
        made = {
            "id": values[0],
            "object": "refund",
            "amount": amount,
            "currency": known["currency"],
            "payment_intent": known["id"],
            "status": "succeeded",
            "metadata": {"charge_key": known["charge_key"]},
        }
        return Said(200, made, [("refund.created", made)])

    return once(book, key, members, work)


def get(book: sqlite3.Connection, intent_id: str, *, expanded: bool) -> Said:
    known = row_of(book, _BY_ID, intent_id)
    return missing(intent_id) if known is None else Said(200, shown(known, expanded=expanded))


def entries(book: sqlite3.Connection) -> Iterator[dict[str, Any]]:
    """Every intent, then every refund, as the book of the other simulator has them; one snapshot."""
    with snapshot(book):
        for row in book.execute(SELECT + "order by id"):
            yield {
                "entry": "charge",
                "key": row["charge_key"],
                "status": row["status"],
                "reference": row["id"] if row["received"] else None,
                "reason": row["refused"],
                "amount_cents": row["amount"],
                "attempts": row["attempts"],
                "created_at": row["created_at"],
            }
        for row in book.execute(
            "select i.charge_key as key, r.part, r.amount as amount_cents, r.id as reference, r.created_at"
            " from refunds r join intents i on i.id = r.intent order by r.id"
        ):
            yield {"entry": "refund", **dict(row)}


def wrong(kind: str, code: str, message: str, *, member: str = "", status: int = 400) -> Said:
    """An error that is the request's."""
    return Said(status, {"error": {"type": kind, "code": code, "message": message, "param": member}})


def missing(intent_id: str) -> Said:
    return wrong("invalid_request_error", "resource_missing", f"No such payment_intent: {intent_id!r}", status=404)


def shown(row: sqlite3.Row, *, expanded: bool = False) -> dict[str, Any]:
    """An intent as clients see it. expanded: with its charge."""
    charge: dict[str, Any] | str | None = f"ch_{row['id'][3:]}" if row["received"] else None
    if expanded and row["received"]:
        charge = {
            "id": charge,
            "object": "charge",
            "amount": row["amount"],
            "amount_refunded": row["returned"],
            "refunded": row["returned"] == row["received"],
        }
    refused = row["refused"]
    return {
        "id": row["id"],
        "object": "payment_intent",
        "amount": row["amount"],
        "amount_capturable": row["amount"] if row["status"] == "requires_capture" else 0,
        "amount_received": row["received"],
        "cancellation_reason": row["canceled"],
        "capture_method": "manual",
        "created": int(row["created_at"]),
        "currency": row["currency"],
        "last_payment_error": {"code": "card_declined", "decline_code": refused} if refused else None,
        "latest_charge": charge,
        "livemode": False,
        "metadata": {"charge_key": row["charge_key"]} if row["charge_key"] else {},
        "status": row["status"],
    }


def _unexpected(row: sqlite3.Row) -> Said:
    error = {
        "type": "invalid_request_error",
        "code": "payment_intent_unexpected_state",
        "message": f"It has a status of {row['status']}.",
        "payment_intent": shown(row),
    }
    return Said(400, {"error": error})


def _amount(members: Members) -> int:
    """Raises ValueError."""
    amount = members.get("amount", "")
    if not amount.isascii() or not amount.isdigit() or not 1 <= int(amount[:12]) <= 99_999_999:
        raise ValueError("amount must be a whole number of cents, from 1 to 99999999")
    return int(amount)
