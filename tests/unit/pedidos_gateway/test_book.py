"""The book under random requests: money is taken at most once per key and given back at most once."""

import sqlite3
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pedidos_gateway import book as ledger
from pedidos_gateway.book import Case, Request
from pedidos_gateway.faults import parse_faults

TOKENS = ("tok_ok", "tok_declined", "tok_slow", "tok_error_then_ok", "tok_error", "tok_error_after_charge", "tok_cut")

ACTIONS = st.lists(st.sampled_from(("charge", "charge", "finish", "undo", "find")), max_size=12)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    connection = ledger.open_book(tmp_path_factory.mktemp("book") / "book.sqlite")
    connection.execute("pragma synchronous = off")
    yield connection
    connection.close()


def money(book: sqlite3.Connection, key: str) -> tuple[int, int]:
    captured = book.execute("select count(*) from charges where key = ? and status = 'captured'", (key,)).fetchone()[0]
    refunded = book.execute("select count(*) from refunds where key = ?", (key,)).fetchone()[0]
    return captured, refunded


@given(token=st.sampled_from(TOKENS), actions=ACTIONS)
def test_money(book: sqlite3.Connection, token: str, actions: list[str]) -> None:
    key = str(uuid.uuid4())  # hypothesis tries the same example several times
    undone = started = False
    for action in actions:
        if action == "charge":
            started |= ledger.charge(book, key, Request(100, token)).case is Case.STARTED
        elif action == "finish" and started:
            ledger.finish(book, key)
            started = False
        elif action == "undo":
            undone = True
            ledger.undo(book, key)
        captured, refunded = money(book, key)
        assert 0 <= refunded <= captured <= 1
        if undone:
            assert captured == refunded
    if started:
        ledger.finish(book, key)
    captured, refunded = money(book, key)
    assert refunded == (captured if undone else 0)
    if undone:
        assert ledger.undo(book, key)["status"] in ("refunded", "voided", "declined")


PARTS = st.lists(
    st.one_of(st.tuples(st.sampled_from("abc"), st.sampled_from((1, 40, 60, 100, 101))), st.just(("undo", 0))),
    max_size=10,
)


@given(token=st.sampled_from(("tok_ok", "tok_declined", "tok_error")), parts=PARTS)
def test_parts_and_the_rest_are_never_more_than_was_taken(
    book: sqlite3.Connection, token: str, parts: list[tuple[str, int]]
) -> None:
    charge = str(uuid.uuid4())
    ledger.charge(book, charge, Request(100, token))
    taken = 100 if token == "tok_ok" else 0
    made: dict[str, tuple[int, str]] = {}
    undone = False
    for name, amount in parts:
        if name == "undo":
            undone = True
            ledger.undo(book, charge)
            continue
        key = f"{charge}:{name}"
        left = 0 if undone else taken - sum(cents for cents, status in made.values() if status == "refunded")
        shown = ledger.refund_part(book, key, charge, amount)
        if key in made and made[key][0] != amount:
            assert shown is None
            continue
        assert shown is not None
        status = made[key][1] if key in made else "refunded" if amount <= left else "refused"
        assert (shown["status"], shown["amount_cents"]) == (status, amount)
        made[key] = (amount, status)
    returned = sum(
        each["amount_cents"] for each in ledger.entries(book) if each["entry"] == "refund" and each["key"] == charge
    )
    assert returned == (taken if undone else sum(cents for cents, status in made.values() if status == "refunded"))
    if undone:
        assert ledger.undo(book, charge)["status"] in ("refunded", "voided", "declined")
        assert ledger.charge(book, charge, Request(100, token)).shown is not None


def test_a_part_that_came_back_lists_its_charge_again(book: sqlite3.Connection) -> None:
    charge = str(uuid.uuid4())
    ledger.charge(book, charge, Request(100, "tok_ok"))
    book.execute("update charges set created_at = 10 where key = ?", (charge,))
    assert charge not in [each["key"] for each in ledger.listed(book, 11, "", 1000)]
    ledger.refund_part(book, f"{charge}:a", charge, 100)
    assert [each["status"] for each in ledger.listed(book, 11, "", 1000) if each["key"] == charge] == ["captured"]


def test_a_crash_leaves_no_charge_in_progress(tmp_path: Path) -> None:
    path = tmp_path / "book.sqlite"
    first = ledger.open_book(path)
    for key in ("a", "b"):
        ledger.charge(first, key, Request(100, "tok_slow"))
    ledger.undo(first, "b")
    first.close()
    second = ledger.open_book(path)
    assert [entry["status"] for entry in ledger.entries(second)] == ["failed", "voided"]
    assert ledger.charge(second, "a", Request(100, "tok_slow")).case is Case.STARTED
    second.close()


@pytest.mark.parametrize(
    "body", [[], {"latency": 1}, {"latency_ms": -1}, {"error_rate": 1.1}, {"error_rate": True}, {"down": 1}, None]
)
def test_faults_that_are_refused(body: object) -> None:
    with pytest.raises(ValueError, match=r"expected|must"):
        parse_faults(body)


def test_charges_are_listed_since_a_time_and_page_by_page(book: sqlite3.Connection) -> None:
    book.execute("delete from refunds")
    book.execute("delete from charges")
    for key in ("d", "b", "a", "c"):
        ledger.charge(book, key, Request(100, "tok_ok"))
    book.execute("update charges set created_at = 10 where key in ('a', 'b')")
    ledger.undo(book, "a")
    assert [one["key"] for one in ledger.listed(book, 0, "", 3)] == ["a", "b", "c"]
    assert [one["key"] for one in ledger.listed(book, 0, "c", 3)] == ["d"]
    assert [(one["key"], one["status"]) for one in ledger.listed(book, 11, "", 9)] == [
        ("a", "refunded"),  # long ago, but given back since
        ("c", "captured"),
        ("d", "captured"),
    ]
