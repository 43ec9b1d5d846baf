"""PostgreSQL: version, encoding, privileges, connections."""

import re
import time
from collections.abc import Iterator

from pedidos.errors import DatabaseUnavailable
from pedidos.sentence import Sentence
from pedidos.server_checks.findings import Away, Examined, Flaw
from pedidos.settings.groups.database import ConnectionSettings, RoomSettings
from pedidos.storage.server import ServerFacts, look

NAME = "PostgreSQL"
OLDEST = 16
"""Older ones end their support before the others. What 16 and 17 lack: storage.older_servers and session.SINCE_17."""

CLOCK_SECONDS = 5.0
OTHERS = 8
"""Connections of relay, bridge, scheduler and of commands."""

_ADDRESS = Sentence("Correct PEDIDOS_DATABASE_URL.")

# Errors that do not go away. By PostgreSQL's text: psycopg has no code for a refused connection.
_REFUSED = re.compile(
    r"password authentication failed|no password supplied|no pg_hba\.conf entry|pg_hba\.conf rejects connection"
    r"|SASL authentication failed|no such user|no such database"  # as PgBouncer says it
    r"|role \".*\" does not exist|database \".*\" does not exist|permission denied for database|not permitted to log in"
)
_POOLER = re.compile(r"unsupported startup parameter")
# Of TLS, by libpq's text.
_UNTRUSTED = re.compile(
    r"certificate verify failed|server certificate for \".*\".* does not match host name|certificate required"
    r"|root certificate file \".*\" does not exist|could not (?:read|load) .*certificate|could not load private key"
    r"|certificate file \".*\" does not exist|private key file \".*\"|weak sslmode|tlsv1 alert"
)
_NO_TLS = re.compile(r"server does not support SSL, but SSL was required")


_POOLED = Sentence(
    "Set PEDIDOS_DATABASE_POOLER to true, and PEDIDOS_DATABASE_DIRECT_URL to the address of PostgreSQL itself."
)

_AHEAD = Sentence("Its clock is {seconds:.0f} s ahead of ours.")
_BEHIND = Sentence("Its clock is {seconds:.0f} s behind ours.")


def examine(settings: ConnectionSettings) -> Examined:
    """Raises Away."""
    direct = settings.as_owner()
    try:
        facts = look(direct)
        if settings.database_pooler:
            look(settings)
    except DatabaseUnavailable as error:
        said = " ".join(str(error).split())
        return Examined(NAME, Sentence("refuses us"), [refused(said)])
    return Examined(
        NAME,
        f"{facts.version}, {facts.encoding}, {facts.connections} connections",
        list(flaws(facts, settings, time.time())),
    )


def refused(said: str) -> Flaw:
    """What is wrong if the connection fails. Raises Away if it may succeed later."""
    if found := _REFUSED.search(said):
        return Flaw(NAME, Sentence("It does not let us in ({said}).", said=said[found.start() :]), _ADDRESS)
    if found := _POOLER.search(said):
        return Flaw(NAME, Sentence("It is a pooler ({said}).", said=said[found.start() :]), _POOLED)
    if found := _UNTRUSTED.search(said):
        advice = Sentence(
            "In PEDIDOS_DATABASE_URL, set sslrootcert to its authority, and use a name that its certificate stands for."
        )
        return Flaw(NAME, Sentence("TLS cannot be trusted ({said}).", said=said[found.start() :]), advice)
    if _NO_TLS.search(said):
        advice = Sentence("Switch it on there (ssl = on), or correct sslmode in PEDIDOS_DATABASE_URL.")
        return Flaw(NAME, Sentence("It does not speak TLS, and sslmode requires that."), advice)
    raise Away(NAME, said)


def flaws(facts: ServerFacts, settings: RoomSettings, now: float) -> Iterator[Flaw]:
    """What is wrong with this server. now: our clock, in seconds since the epoch."""
    if facts.number < OLDEST * 10_000:
        yield Flaw(
            NAME,
            Sentence("It is version {version}.", version=facts.version),
            Sentence("Use {oldest} or newer.", oldest=OLDEST),
        )
    if not facts.settled:
        yield Flaw(NAME, Sentence("A pooler between takes away the settings of our sessions."), _POOLED)
    if facts.encoding != "UTF8":
        advice = Sentence(
            "Make one with encoding UTF8: create database {database}2 encoding 'UTF8' template template0.",
            database=facts.database,
        )
        yield Flaw(
            NAME,
            Sentence(
                "The database {database} has the encoding {encoding}.", database=facts.database, encoding=facts.encoding
            ),
            advice,
        )
    if facts.standby:
        yield Flaw(
            NAME, Sentence("It is a standby, which only reads."), Sentence("Give the address of the primary server.")
        )
    yield from _rights(facts)
    yield from _room(facts, settings)
    if not facts.fsync:
        advice = Sentence("Set fsync to on: after a power cut, orders that were accepted are gone.")
        yield Flaw(NAME, Sentence("fsync is off."), advice, fatal=False)
    if facts.log_verbosity != "terse":
        advice = Sentence(
            "Set log_error_verbosity to terse: its log shows rows that are refused, with e-mail addresses."
        )
        yield Flaw(
            NAME,
            Sentence("log_error_verbosity is {log_verbosity}.", log_verbosity=facts.log_verbosity),
            advice,
            fatal=False,
        )
    ahead = facts.now - now
    if abs(ahead) > CLOCK_SECONDS:
        seen = (_AHEAD if ahead > 0 else _BEHIND).filled(seconds=abs(ahead))
        yield Flaw(
            NAME,
            seen.filled(seconds=abs(ahead)),
            Sentence("Set both by NTP: leases and tokens go by them."),
            fatal=False,
        )


def _rights(facts: ServerFacts) -> Iterator[Flaw]:
    if facts.schema is None:
        advice = Sentence("Run: create schema {role} authorization {role}.", role=facts.role)
        yield Flaw(NAME, Sentence("There is neither a schema {role} nor a schema public.", role=facts.role), advice)
    elif not facts.may_create:
        advice = Sentence("Run: grant create on schema {schema} to {role}.", schema=facts.schema, role=facts.role)
        yield Flaw(
            NAME,
            Sentence(
                "The role {role} may not make tables in the schema {schema}.", role=facts.role, schema=facts.schema
            ),
            advice,
        )
    if facts.foreign:
        what = Sentence("Tables of our names belong to another role: {foreign}.", foreign=", ".join(facts.foreign))
        yield Flaw(
            NAME, what, Sentence("Use a database of its own, or their owner in place of {role}.", role=facts.role)
        )


def _room(facts: ServerFacts, settings: RoomSettings) -> Iterator[Flaw]:
    needed = 2 * settings.database_pool + settings.web_threads + settings.worker_concurrency + OTHERS
    if facts.connections < needed:
        what = Sentence(
            "The role {role} may open {connections} connections; one process of each kind needs {needed}.",
            role=facts.role,
            connections=facts.connections,
            needed=needed,
        )
        yield Flaw(
            NAME,
            what,
            Sentence("Raise max_connections or the role's limit, or lower PEDIDOS_DATABASE_POOL."),
            fatal=False,
        )
