"""What our SQL uses and PostgreSQL 16 and 17 do not have: uuidv7(), which 18 brings along.

The functions have the names of those of 18, which are found first where they exist. So a server can be upgraded.
"""

from sqlalchemy import Connection

VERSION_17 = 170_000
BUILT_IN = 180_000
"""The first version with uuidv7()."""

_MISSING = "select to_regprocedure('uuidv7(interval)') is null"

# RFC 9562, 5.7 and 6.2 (method 3): 48 bits of milliseconds, then the version, 12 bits of the fraction of a millisecond,
# and random bits. The fraction keeps ids of one session in their order, as those of PostgreSQL 18 are.
_SHIFTED = """
create or replace function uuidv7(shift interval) returns uuid
language sql volatile parallel safe strict as $$
    select encode(
        substring(int8send(floor(moment)::bigint) from 3)
        || int2send((28672 + floor((moment - floor(moment)) * 4096))::int2)
        || substring(uuid_send(gen_random_uuid()) from 9),
        'hex'
    )::uuid
    from (select extract(epoch from clock_timestamp() + shift) * 1000 as moment) as now
$$
"""

_OF_NOW = """
create or replace function uuidv7() returns uuid
language sql volatile parallel safe as $$ select uuidv7(interval '0') $$
"""

_REMOVALS = ("drop function if exists uuidv7()", "drop function if exists uuidv7(interval)")


def _version(connection: Connection) -> int:
    """As a number, such as 160014."""
    found: int = connection.connection.driver_connection.info.server_version  # type: ignore[union-attr]
    return found


def is_before_17(connection: Connection) -> bool:
    """Whether a generated column keeps its expression for good."""
    return _version(connection) < VERSION_17


def provide(connection: Connection) -> None:
    """Creates what is missing, in the schema of our tables. The caller commits."""
    if _version(connection) < BUILT_IN and connection.exec_driver_sql(_MISSING).scalar_one():
        for statement in (_SHIFTED, _OF_NOW):
            connection.exec_driver_sql(statement)


def remove(connection: Connection) -> None:
    """The opposite, after the tables that use it are gone. The caller commits."""
    if _version(connection) < BUILT_IN:
        for statement in _REMOVALS:
            connection.exec_driver_sql(statement)
