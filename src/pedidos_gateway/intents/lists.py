"""The provider's lists, newest first, a page at a time: intents, and refunds."""

import sqlite3
from dataclasses import dataclass
from typing import Any

from pedidos_gateway.intents.book import SELECT, Said, shown, wrong


@dataclass(frozen=True, slots=True)
class Wanted:
    """since: seconds since 1970, of the creation. after: the last entry of the page before."""

    since: int
    limit: int
    after: str | None


_NEXT = """
where created_at >= :since and (:after is null or (created_at, id) < (
    select created_at, id from {table} where id = :after
))
order by created_at desc, id desc limit :more
"""

_INTENTS = SELECT + _NEXT.format(table="intents")

_REFUNDS = "select id, intent, amount, part, created_at from refunds" + _NEXT.format(table="refunds")  # noqa: S608  # constants


def intents(book: sqlite3.Connection, wanted: Wanted, *, expanded: bool) -> Said:
    """A page of intents. expanded: with their charges."""
    if (refused := _unknown(book, "intents", wanted)) is not None:
        return refused
    rows = _rows(book, _INTENTS, wanted)
    return _page([shown(row, expanded=expanded) for row in rows], wanted, "/v1/payment_intents")


def refunds(book: sqlite3.Connection, wanted: Wanted, *, with_intent: bool, with_charge: bool) -> Said:
    """A page of refunds. with_intent, with_charge: what is expanded of each."""
    if (refused := _unknown(book, "refunds", wanted)) is not None:
        return refused
    listed = []
    for row in _rows(book, _REFUNDS, wanted):
        (intent,) = book.execute(SELECT + "where id = ?", (row["intent"],))
        listed.append(
            {
                "id": row["id"],
                "object": "refund",
                "amount": row["amount"],
                "created": int(row["created_at"]),
                "currency": intent["currency"],
                "payment_intent": shown(intent, expanded=with_charge) if with_intent else intent["id"],
                "status": "succeeded",
                "metadata": {"charge_key": intent["charge_key"]} if intent["charge_key"] else {},
            }
        )
    return _page(listed, wanted, "/v1/refunds")


def _unknown(book: sqlite3.Connection, table: str, wanted: Wanted) -> Said | None:
    """An error if the list is to go on after what does not exist."""
    if wanted.after is None:
        return None
    known = book.execute(f"select 1 from {table} where id = ?", (wanted.after,)).fetchone()  # noqa: S608  # a constant
    if known is not None:
        return None
    message = f"No such entry: {wanted.after!r}"
    return wrong("invalid_request_error", "resource_missing", message, member="starting_after")


def _rows(book: sqlite3.Connection, statement: str, wanted: Wanted) -> list[sqlite3.Row]:
    """One more than the page has, if there is one."""
    values = {"since": wanted.since, "after": wanted.after, "more": wanted.limit + 1}
    return book.execute(statement, values).fetchall()


def _page(listed: list[dict[str, Any]], wanted: Wanted, url: str) -> Said:
    data = listed[: wanted.limit]
    return Said(200, {"object": "list", "url": url, "has_more": len(listed) > wanted.limit, "data": data})
