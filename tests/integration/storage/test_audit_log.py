"""The audit log: numbers without gaps in the order of the commits, no entry changed or lost, old ones deleted."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from pedidos.domain.audit import Action, Entry, Outcome, Who
from pedidos.errors import ConstraintViolated
from pedidos.storage.audit_log import reading, retention
from pedidos.storage.audit_log.writing import record, write
from tests.support.tables import change, rows

ENTRY = Entry(Action.ORDER_READ, Who(uuid4(), "operator", request_id="0123456789"), str(uuid4()))


def last(engine: Engine) -> int:
    (row,) = rows(engine, "select last from audit_log_number")
    return int(row.last)


def age(engine: Engine, number: int, days: int) -> None:
    """Makes an entry older. The log refuses changes, so its trigger is off meanwhile."""
    with engine.begin() as connection:
        connection.exec_driver_sql("alter table audit_log disable trigger audit_log_append_only")
        connection.exec_driver_sql(
            "update audit_log set at = at - %(days)s * interval '1 day' where number = %(number)s",
            {"days": days, "number": number},
        )
        connection.exec_driver_sql("alter table audit_log enable trigger audit_log_append_only")


def test_an_entry_is_read_as_it_was_written(engine: Engine) -> None:
    before = datetime.now(UTC)
    detail = {"price_cents": [100, 200]}
    who = Who(uuid4(), "merchant", uuid4(), "192.0.2.7", "ana", "request-id-1")
    record(engine, Entry(Action.PRODUCT_CHANGED, who, "p\n1", Outcome.REFUSED, detail))
    (found,) = reading.newest(engine, reading.Filter(account_id=who.account_id), None, 10)
    assert (found.number, found.action, found.subject) == (
        last(engine),
        "product.changed",
        "p\N{REPLACEMENT CHARACTER}1",
    )
    assert (found.outcome, found.detail) == ("refused", detail)
    kept = Who(found.account_id, found.role, found.session_id, found.client, found.local_user, found.request_id)
    assert kept == who
    assert before <= found.at <= datetime.now(UTC)


def test_numbers_have_no_gap_whatever_is_rolled_back(engine: Engine) -> None:
    begin = last(engine)

    def attempt(number: int) -> None:
        with engine.connect() as connection:
            write(connection, ENTRY)
            connection.rollback() if number % 3 == 0 else connection.commit()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(attempt, range(60)))
    found = [entry.number for entry in reading.after(engine, begin, None)]
    assert found == list(range(begin + 1, begin + 41))


def test_an_entry_that_commits_later_has_a_greater_number(engine: Engine) -> None:
    with engine.begin() as connection:
        write(connection, ENTRY)
        seen = last(engine)
        assert [*reading.after(engine, seen, None)] == [], "not committed yet"
    assert [entry.number for entry in reading.after(engine, seen, None)] == [seen + 1]


def test_pages_and_filters(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "AT_ONCE", 2)
    begin, about = last(engine), uuid4()
    for action in (Action.SESSION_BEGAN, Action.ACCOUNT_DISABLED, Action.SESSION_ENDED, Action.ACCOUNT_ENABLED):
        who = Who(about) if action.startswith("session") else Who(local_user="ana")
        record(engine, Entry(action, who, str(about)))
    assert [entry.number - begin for entry in reading.after(engine, begin, None)] == [1, 2, 3, 4]

    def found(before: int | None = None, limit: int = 9, **wanted: object) -> list[int]:
        entries = reading.newest(engine, reading.Filter(**wanted), before, limit)  # type: ignore[arg-type]
        return [entry.number - begin for entry in entries]

    assert found(about=about) == [4, 3, 2, 1]
    assert found(about=about, limit=2) == [4, 3]
    assert found(about=about, before=begin + 3) == [2, 1]
    assert found(account_id=about) == [3, 1]
    assert found(subject=str(about), action="account") == [4, 2]
    assert found(subject=str(about), action="session.ended") == [3]
    assert found(about=about, outcome="refused") == []
    assert found(about=about, since=datetime(2099, 1, 1, tzinfo=UTC)) == []


@pytest.mark.parametrize(
    "statement",
    [
        "update audit_log set subject = 'x'",
        "update audit_log set number = number + 1",
        "delete from audit_log",
        "truncate audit_log",
    ],
)
def test_it_is_append_only(engine: Engine, statement: str) -> None:
    record(engine, ENTRY)
    with pytest.raises(ConstraintViolated, match="append-only"):
        change(engine, statement)


def test_a_writer_does_not_choose_the_number_or_the_time(engine: Engine) -> None:
    begin = last(engine)
    change(
        engine,
        "insert into audit_log (number, at, action, outcome, detail) values (9999999, 'epoch', 'a.b', 'done', '{}')",
    )
    (entry,) = reading.after(engine, begin, None)
    assert entry.number == begin + 1
    assert entry.at.year > 2000


def test_old_entries_are_deleted_and_the_last_thirty_days_are_not(engine: Engine) -> None:
    record(engine, ENTRY)
    begin = last(engine)
    (oldest,) = rows(engine, "select min(number) as number from audit_log")
    age(engine, oldest.number, 40)
    assert retention.delete_old(engine, 35, 100) == 1
    assert retention.delete_old(engine, 35, 100) == 0
    assert rows(engine, "select from audit_log where number = :number", number=oldest.number) == []
    if rows(engine, "select from audit_log") == []:
        record(engine, ENTRY)
    with pytest.raises(ConstraintViolated, match="append-only"):
        retention.delete_old(engine, 0, 100)
    assert last(engine) >= begin
