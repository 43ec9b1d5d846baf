"""The jobs that wait: taking one, its next letters, and what became of each. For the process that does them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.audit import Who
from pedidos.domain.texts import printable
from pedidos.storage.dead_letters.jobs import JobDeed
from pedidos.storage.dead_letters.resolving import MAX_NOTE
from pedidos.storage.engine import in_statement

LEASE_SECONDS = 30
MAX_WAITS_FOR = 300


@dataclass(frozen=True, slots=True)
class Task:
    """A job that was taken. who: the operator who asked for it."""

    id: UUID
    deed: JobDeed
    reason: str | None
    who: Who


# One that waits for a server comes after those that were taken longer ago.
_TAKE = """
update dead_letter_jobs set lease_until = clock_timestamp() + %(seconds)s * interval '1 second'
where id = (
    select id from dead_letter_jobs where ended_at is null and lease_until < clock_timestamp()
    order by lease_until, created_at limit 1 for update skip locked
)
returning id, deed, reason, account_id, role, session_id, client, request_id
"""

_NEXT = """
select letter_id from dead_letter_job_letters where job_id = %(id)s and done is null order by letter_id limit %(limit)s
"""

_SETTLE = """
with settled as (
    update dead_letter_job_letters set done = %(done)s, note = %(note)s
    where job_id = %(id)s and letter_id = %(letter_id)s and done is null
)
select ended_at is null from dead_letter_jobs where id = %(id)s
"""

_RELEASE = """
update dead_letter_jobs set lease_until = clock_timestamp(), waits_for = %(waits_for)s
where id = %(id)s and ended_at is null
"""

_END = """
update dead_letter_jobs set ended_at = clock_timestamp(), waits_for = null where id = %(id)s and ended_at is null
"""


def take(engine: Engine) -> Task | None:
    """The job that is due first. For LEASE_SECONDS no other process gets it. None: there is none."""
    row = in_statement(
        engine, lambda connection: connection.exec_driver_sql(_TAKE, {"seconds": LEASE_SECONDS}).one_or_none()
    )
    if row is None:
        return None
    who = Who(row.account_id, row.role, row.session_id, row.client, None, row.request_id)
    return Task(row.id, row.deed, row.reason, who)


def next_letters(engine: Engine, job_id: UUID, limit: int) -> Sequence[UUID]:
    """The next letters without an outcome, oldest first."""
    values = {"id": job_id, "limit": limit}
    return in_statement(engine, lambda connection: connection.exec_driver_sql(_NEXT, values).scalars().all())


def settle(engine: Engine, job_id: UUID, letter_id: UUID, *, done: bool, note: str) -> bool:
    """Notes the outcome of a letter; the first one stays. Whether the job goes on: False if it was stopped."""
    values = {"id": job_id, "letter_id": letter_id, "done": done, "note": printable(note, MAX_NOTE)}
    return bool(in_statement(engine, lambda connection: connection.exec_driver_sql(_SETTLE, values).scalar()))


def release(engine: Engine, job_id: UUID, waits_for: str | None) -> None:
    """Gives a job back that has not ended. waits_for: why it cannot go on at the moment."""
    values = {"id": job_id, "waits_for": None if waits_for is None else printable(waits_for, MAX_WAITS_FOR)}
    _run(engine, _RELEASE, values)


def end(engine: Engine, job_id: UUID) -> None:
    """Notes that all letters of a job have an outcome."""
    _run(engine, _END, {"id": job_id})


def _run(engine: Engine, statement: str, values: Mapping[str, Any]) -> None:
    def work(connection: Connection) -> None:
        connection.exec_driver_sql(statement, dict(values))

    in_statement(engine, work)
