"""Deletes dead letters that were closed long ago, and old jobs."""

from sqlalchemy import Engine

from pedidos.storage.engine import in_statement

JOB_DAYS = 30
"""How long the outcome of a job is kept. What was done to a letter is in its trail, which stays with the letter."""

# Their trails go with them (on delete cascade). A letter that is open stays, however old it is.
_DELETE_CLOSED = """
delete from dead_letters where id = any(array(
    select id from dead_letters where status <> 'open' and resolved_at < now() - %(days)s * interval '1 day'
    limit %(limit)s for update skip locked
))
"""


def delete_closed(engine: Engine, days: int, limit: int) -> int:
    """Deletes letters that were closed at least this number of days ago, at most limit. Returns their number."""
    values = {"days": days, "limit": limit}
    return in_statement(engine, lambda connection: connection.exec_driver_sql(_DELETE_CLOSED, values).rowcount)


_DELETE_JOBS = """
delete from dead_letter_jobs where id = any(array(
    select id from dead_letter_jobs where ended_at < now() - %(days)s * interval '1 day'
    order by created_at limit %(limit)s for update skip locked
))
"""


def delete_jobs(engine: Engine, limit: int) -> int:
    """Deletes jobs that ended JOB_DAYS ago, at most limit. Returns their number."""
    values = {"days": JOB_DAYS, "limit": limit}
    return in_statement(engine, lambda connection: connection.exec_driver_sql(_DELETE_JOBS, values).rowcount)
