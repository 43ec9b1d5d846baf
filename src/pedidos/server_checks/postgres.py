"""PostgreSQL: version, encoding, privileges, connections."""

import re
import time
from collections.abc import Iterator

from pedidos.errors import DatabaseUnavailable
from pedidos.server_checks.findings import Away, Examined, Flaw
from pedidos.settings.groups import ConnectionSettings, RoomSettings
from pedidos.storage.server import ServerFacts, look

NAME = "PostgreSQL"
OLDEST = 18
"""The first with uuidv7()."""

CLOCK_SECONDS = 5.0
OTHERS = 8
"""Connections of relay, bridge, scheduler and of commands."""

_ADDRESS = "Correct PEDIDOS_DATABASE_URL."

# Errors that do not go away. By PostgreSQL's text: psycopg has no code for a refused connection.
_REFUSED = re.compile(
    r"password authentication failed|no password supplied|no pg_hba\.conf entry|role \".*\" does not exist"
    r"|database \".*\" does not exist|permission denied for database|not permitted to log in"
)
_POOLER = re.compile(r"unsupported startup parameter")


def examine(settings: ConnectionSettings) -> Examined:
    """Raises Away."""
    try:
        facts = look(settings.as_owner())
    except DatabaseUnavailable as error:
        said = " ".join(str(error).split())
        return Examined(NAME, "refuses us", [refused(said)])
    return Examined(
        NAME,
        f"{facts.version}, {facts.encoding}, {facts.connections} connections",
        list(flaws(facts, settings, time.time())),
    )


def refused(said: str) -> Flaw:
    """What is wrong if the connection fails. Raises Away if it may succeed later."""
    if found := _REFUSED.search(said):
        return Flaw(NAME, f"It does not let us in ({said[found.start() :]}).", _ADDRESS)
    if found := _POOLER.search(said):
        advice = "Give the address of PostgreSQL itself: a pooler between takes away the settings of our sessions."
        return Flaw(NAME, f"It is a pooler ({said[found.start() :]}).", advice)
    raise Away(NAME, said)


def flaws(facts: ServerFacts, settings: RoomSettings, now: float) -> Iterator[Flaw]:
    """What is wrong with this server. now: our clock, in seconds since the epoch."""
    if facts.number < OLDEST * 10_000:
        yield Flaw(NAME, f"It is version {facts.version}.", f"Use {OLDEST} or newer: uuidv7() is needed.")
    if facts.encoding != "UTF8":
        advice = f"Make one with encoding UTF8: create database {facts.database}2 encoding 'UTF8' template template0."
        yield Flaw(NAME, f"The database {facts.database} has the encoding {facts.encoding}.", advice)
    if facts.standby:
        yield Flaw(NAME, "It is a standby, which only reads.", "Give the address of the primary server.")
    yield from _rights(facts)
    yield from _room(facts, settings)
    if not facts.fsync:
        advice = "Set fsync to on: after a power cut, orders that were accepted are gone."
        yield Flaw(NAME, "fsync is off.", advice, fatal=False)
    if facts.log_verbosity != "terse":
        advice = "Set log_error_verbosity to terse: its log shows rows that are refused, with e-mail addresses."
        yield Flaw(NAME, f"log_error_verbosity is {facts.log_verbosity}.", advice, fatal=False)
    ahead = facts.now - now
    if abs(ahead) > CLOCK_SECONDS:
        seen = f"Its clock is {abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} ours."
        yield Flaw(NAME, seen, "Set both by NTP: leases and tokens go by them.", fatal=False)


def _rights(facts: ServerFacts) -> Iterator[Flaw]:
    if facts.schema is None:
        advice = f"Run: create schema {facts.role} authorization {facts.role}."
        yield Flaw(NAME, f"There is neither a schema {facts.role} nor a schema public.", advice)
    elif not facts.may_create:
        advice = f"Run: grant create on schema {facts.schema} to {facts.role}."
        yield Flaw(NAME, f"The role {facts.role} may not make tables in the schema {facts.schema}.", advice)
    if facts.foreign:
        what = f"Tables of our names belong to another role: {', '.join(facts.foreign)}."
        yield Flaw(NAME, what, f"Use a database of its own, or their owner in place of {facts.role}.")


def _room(facts: ServerFacts, settings: RoomSettings) -> Iterator[Flaw]:
    needed = 2 * settings.database_pool + settings.web_threads + settings.worker_concurrency + OTHERS
    if facts.connections < needed:
        what = (
            f"The role {facts.role} may open {facts.connections} connections; one process of each kind needs {needed}."
        )
        yield Flaw(
            NAME, what, "Raise max_connections or the role's limit, or lower PEDIDOS_DATABASE_POOL.", fatal=False
        )
