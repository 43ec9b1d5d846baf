"""Valkey or Redis as the task broker: eviction, replication, and the types of our keys."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import redis
from kombu.exceptions import OperationalError

from pedidos.errors import first_line
from pedidos.processes.broker_transports import HASTY
from pedidos.processes.celery_app import make_celery, queue_names
from pedidos.sentence import Sentence
from pedidos.server_checks.findings import Away, Examined, Flaw
from pedidos.server_checks.trust import tls_flaw
from pedidos.settings.groups.broker import BrokerSettings

OLDEST = (6, 2)
"""Of Redis; every Valkey is newer."""

BROKER = "Task broker"
PROBE = "pedidos.examination"
AT_ONCE = {HASTY: True, "max_retries": 1, "interval_start": 0.0, "interval_step": 0.0}
"""Transport options that give up at once. The caller waits, if it wants to."""
REFUSALS = (redis.AuthenticationError, redis.ResponseError)
"""Errors that do not go away."""

# What kombu stores in addition to the queues.
_KINDS = {"unacked": "hash", "unacked_index": "zset", "unacked_mutex": "string"}


@dataclass(frozen=True, slots=True)
class ValkeyFacts:
    """kinds: the types of our keys, from TYPE. write_error: the answer to a write; empty if it succeeds."""

    product: str
    version: str
    mode: str
    role: str
    max_memory: int
    policy: str
    kinds: Mapping[str, str] = field(default_factory=dict)
    write_error: str = ""


def examine(settings: BrokerSettings) -> Examined:
    """Raises Away."""
    connection = make_celery(settings).connection_for_write()
    connection.transport_options = {**connection.transport_options, **AT_ONCE}
    try:
        facts = look(connection.default_channel.client)
    except (redis.RedisError, OperationalError) as error:
        if isinstance(error, REFUSALS) or isinstance(error.__cause__, REFUSALS):  # kombu wraps the first of them
            advice = Sentence("Correct PEDIDOS_BROKER_URL, or what its user may do.")
            return Examined(
                BROKER,
                Sentence("refuses us"),
                [Flaw(BROKER, Sentence("It refuses us ({reason}).", reason=first_line(error)), advice)],
            )
        untrusted = tls_flaw(BROKER, error)
        if untrusted is not None:
            return Examined(BROKER, Sentence("refuses us"), [untrusted])
        raise Away(BROKER, first_line(error)) from error
    finally:
        connection.release()
    return Examined(facts.product, f"{facts.version}, {facts.policy}", list(flaws(facts)))


def look(client: Any) -> ValkeyFacts:
    """Queries the server with a redis.Redis; raises redis.RedisError."""
    info: Mapping[str, object] = client.info()
    names = expected_kinds()
    product, version = "Valkey", info.get("valkey_version")
    if version is None:
        product, version = "Redis", info.get("redis_version")
    return ValkeyFacts(
        product=product,
        version=str(version),
        mode=str(info.get("server_mode") or info.get("redis_mode")),
        role=str(info.get("role")),
        max_memory=int(str(info.get("maxmemory", 0))),
        policy=str(info.get("maxmemory_policy", "unknown")),
        kinds={name: str(client.type(name), "ascii") for name in names},
        write_error=_write_error(client),
    )


def expected_kinds() -> dict[str, str]:
    """Our keys, and the type that each must have if it exists."""
    queues = queue_names()
    return dict.fromkeys(queues, "list") | {f"_kombu.binding.{name}": "set" for name in queues} | _KINDS


def _write_error(client: Any) -> str:
    """A server may accept the connection but no writes: it is a replica, is full, or cannot save."""
    try:
        client.lpush(PROBE, "")
        client.delete(PROBE)
    except redis.ResponseError as error:
        return first_line(error)
    return ""


def flaws(facts: ValkeyFacts) -> Iterator[Flaw]:
    """What is wrong with this server."""
    name = facts.product
    if name == "Redis" and _numbers(facts.version) < OLDEST:
        yield Flaw(
            name,
            Sentence("It is version {version}.", version=facts.version),
            Sentence("Use {oldest} or newer, or Valkey.", oldest=".".join(map(str, OLDEST))),
        )
    if facts.mode != "standalone":
        advice = Sentence(
            "Give the address of a single server: a queue and what belongs to it are not kept together elsewhere."
        )
        yield Flaw(name, Sentence("It runs as {mode}.", mode=facts.mode), advice)
    if facts.role != "master":
        yield Flaw(name, Sentence("It follows another server."), Sentence("Give the address of its primary."))
    elif facts.write_error:
        yield Flaw(
            name,
            Sentence("It takes no writes ({write_error}).", write_error=facts.write_error),
            Sentence("See what its log says, and what its user may do."),
        )
    if facts.policy != "noeviction":
        what = Sentence(
            "Its maxmemory-policy is {policy}: when it is full it drops hints, and their orders wait.",
            policy=facts.policy,
        )
        # Without a memory limit it evicts nothing.
        yield Flaw(name, what, Sentence("Set it to noeviction."), fatal=facts.max_memory > 0)
    for key, kind in expected_kinds().items():
        found = facts.kinds.get(key, "none")
        if found not in ("none", kind):
            advice = Sentence("Give another database of this server (…/1), or remove the key if nothing else needs it.")
            yield Flaw(
                name,
                Sentence(
                    "The key {key} holds a {found}, not a {kind}: it is not ours.", key=key, found=found, kind=kind
                ),
                advice,
            )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())
