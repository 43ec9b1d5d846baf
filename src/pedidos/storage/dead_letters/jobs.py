"""Jobs: what an operator asks of many dead letters at once, which letters, and what became of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.audit import Action, Entry, Who
from pedidos.domain.texts import printable
from pedidos.storage.audit_log.writing import write
from pedidos.storage.dead_letters.letters import MATCHING, Filter, filter_values
from pedidos.storage.dead_letters.resolving import MAX_NOTE
from pedidos.storage.engine import in_statement
from pedidos.storage.once import once
from pedidos.storage.sql import Sql

JobDeed = Literal["preview", "replay", "discard"]

MOST = 10_000
"""Letters of one job."""


@dataclass(frozen=True, slots=True)
class EarlierJob:
    """The letters of another job. only_possible: without those for which it was not possible."""

    id: UUID
    only_possible: bool


Chosen = Filter | Sequence[UUID] | EarlierJob
"""Which letters: the oldest that match, those with these ids, or those of an earlier job."""


@dataclass(frozen=True, slots=True)
class NewJob:
    """id: chosen by the form that asks for it. reason: of a discard. shown: the filter, as in the address of the
    list."""

    id: UUID
    deed: JobDeed
    who: Who
    reason: str | None = None
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """letters: all of them; settled: with an outcome; done: for which it was possible. waits_for: why it cannot go on
    now. stopped_at: when a person stopped it, which also ended it."""

    id: UUID
    deed: JobDeed
    reason: str | None
    shown: str
    account_id: UUID
    created_at: datetime
    ended_at: datetime | None
    waits_for: str | None
    stopped_at: datetime | None
    letters: int
    settled: int
    done: int


@dataclass(frozen=True, slots=True)
class Item:
    """A letter of a job. done: None while it has no outcome."""

    letter_id: UUID
    source: str
    origin: str
    order_id: UUID | None
    done: bool | None
    note: str | None


_ADD = """
insert into dead_letter_jobs (id, deed, reason, shown, account_id, role, session_id, client, request_id)
values (%(id)s, %(deed)s, %(reason)s, %(shown)s, %(account_id)s, %(role)s, %(session_id)s, %(client)s, %(request_id)s)
on conflict (id) do nothing
"""

# Oldest first: the one that has waited longest.
_CHOOSE_MATCHING = Sql(
    """
insert into dead_letter_job_letters (job_id, letter_id)
select %(id)s, id from dead_letters where {matching} order by id limit %(most)s
""",
    matching=MATCHING,
)

_CHOOSE_THESE = """
insert into dead_letter_job_letters (job_id, letter_id)
select %(id)s, id from dead_letters where id = any(%(ids)s) order by id limit %(most)s
"""

_CHOOSE_AGAIN = """
insert into dead_letter_job_letters (job_id, letter_id)
select %(id)s, letter_id from dead_letter_job_letters
where job_id = %(earlier)s and (done or not %(only_possible)s) order by letter_id limit %(most)s
"""

_JOBS = Sql("""
select j.id, j.deed, j.reason, j.shown, j.account_id, j.created_at, j.ended_at, j.waits_for, j.stopped_at,
       count(l.letter_id), count(l.done), count(*) filter (where l.done)
from dead_letter_jobs j left join dead_letter_job_letters l on l.job_id = j.id
""")

_STOP = """
update dead_letter_jobs set stopped_at = clock_timestamp(), ended_at = clock_timestamp(), waits_for = null
where id = %(id)s and ended_at is null
"""

_GET = Sql("{jobs} where j.id = %(id)s group by j.id", jobs=_JOBS)

_NEWEST = Sql(
    """{jobs} where j.id = any(array(select id from dead_letter_jobs order by created_at desc limit %(limit)s))
group by j.id order by j.created_at desc""",
    jobs=_JOBS,
)

_ITEMS = """
select d.id, d.source, d.origin, d.order_id, l.done, l.note
from dead_letter_job_letters l join dead_letters d on d.id = l.letter_id
where l.job_id = %(id)s order by l.done nulls first, l.letter_id limit %(limit)s
"""

_NOTES = """
select done, note, count(*) from dead_letter_job_letters where job_id = %(id)s and done is not null
group by done, note order by done, count(*) desc limit %(limit)s
"""


def add(engine: Engine, job: NewJob, chosen: Chosen) -> bool:
    """Stores a job with its letters, MOST at most. False if it is stored already. Raises OutcomeUnknown."""

    def work(connection: Connection) -> bool:
        if connection.exec_driver_sql(_ADD, _values(job)).rowcount == 0:
            return False
        match chosen:
            case Filter():
                values = filter_values(chosen) | {"id": job.id, "most": MOST}
                connection.exec_driver_sql(_CHOOSE_MATCHING.text, values)
            case EarlierJob(earlier, only_possible):
                values = {"id": job.id, "earlier": earlier, "only_possible": only_possible, "most": MOST}
                connection.exec_driver_sql(_CHOOSE_AGAIN, values)
            case _:
                connection.exec_driver_sql(_CHOOSE_THESE, {"id": job.id, "ids": list(chosen), "most": MOST})
        return True

    return once(engine, work)


def stop(engine: Engine, job_id: UUID, who: Who) -> bool:
    """Ends a job before its time: the letter that is being worked on gets its outcome, and no further one is begun.
    False if it has ended already, or does not exist. Raises OutcomeUnknown."""

    def work(connection: Connection) -> bool:
        if connection.exec_driver_sql(_STOP, {"id": job_id}).rowcount == 0:
            return False
        write(connection, Entry(Action.DEAD_LETTER_JOB_STOPPED, who, str(job_id)))
        return True

    return once(engine, work)


def get(engine: Engine, job_id: UUID) -> Job | None:
    """A job, or None."""
    row = in_statement(engine, lambda connection: connection.exec_driver_sql(_GET.text, {"id": job_id}).one_or_none())
    return None if row is None else Job(*row)


def newest(engine: Engine, limit: int) -> list[Job]:
    """The newest jobs, at most limit."""
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_NEWEST.text, {"limit": limit}).all())
    return [Job(*row) for row in rows]


def items(engine: Engine, job_id: UUID, limit: int) -> list[Item]:
    """The letters of a job, at most limit: first those that wait, then those for which it was not possible."""
    values = {"id": job_id, "limit": limit}
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_ITEMS, values).all())
    return [Item(*row) for row in rows]


def notes(engine: Engine, job_id: UUID, limit: int) -> list[tuple[bool, str, int]]:
    """The different outcomes of a job, and how many letters have each: those that were not possible first."""
    values = {"id": job_id, "limit": limit}
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_NOTES, values).all())
    return [(done, note, count) for done, note, count in rows]


def _values(job: NewJob) -> dict[str, Any]:
    who = job.who
    return {
        "id": job.id,
        "deed": job.deed,
        "reason": None if job.reason is None else printable(job.reason, MAX_NOTE),
        "shown": job.shown,
        "account_id": who.account_id,
        "role": who.role,
        "session_id": who.session_id,
        "client": who.client,
        "request_id": who.request_id,
    }
