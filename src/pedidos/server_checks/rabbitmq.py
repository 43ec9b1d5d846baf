"""RabbitMQ as the task broker: version, permissions, and existing queues."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from amqp import exceptions as amqp
from kombu.exceptions import OperationalError

from pedidos.errors import first_line, is_network_error
from pedidos.processes.celery_app import make_celery
from pedidos.sentence import Sentence
from pedidos.server_checks.findings import Away, Examined, Flaw
from pedidos.server_checks.trust import tls_flaw
from pedidos.settings.groups.broker import BrokerSettings

NAME = "RabbitMQ"
OLDEST = (3, 8)
"""The first with quorum queues."""


@dataclass(frozen=True, slots=True)
class RabbitFacts:
    """unlike: queues that differ from our declaration; barred: queues that we may not use; both with RabbitMQ's
    message."""

    product: str
    version: str
    unlike: Mapping[str, str] = field(default_factory=dict)
    barred: Mapping[str, str] = field(default_factory=dict)


def examine(settings: BrokerSettings) -> Examined:
    """Raises Away."""
    app = make_celery(settings)
    connection = app.connection_for_write()
    try:
        facts = look(connection, app.conf.task_queues)
    except (amqp.AccessRefused, amqp.NotAllowed) as error:
        what = Sentence("It does not let us in ({reply_text}).", reply_text=error.reply_text)
        advice = Sentence("Correct the user, the password and the virtual host in PEDIDOS_BROKER_URL.")
        return Examined(NAME, Sentence("refuses us"), [Flaw(NAME, what, advice)])
    except (amqp.AMQPError, OperationalError, OSError) as error:
        if isinstance(error, OSError) and not is_network_error(error):
            raise
        untrusted = tls_flaw(NAME, error)
        if untrusted is not None:
            return Examined(NAME, Sentence("refuses us"), [untrusted])
        raise Away(NAME, first_line(error)) from error
    finally:
        connection.release()
    return Examined(facts.product, facts.version, list(flaws(facts)))


def look(connection: Any, queues: Iterable[Any]) -> RabbitFacts:
    """Declares kombu's queues over kombu's connection, as each worker does. Raises amqp.AMQPError."""
    connection.connect()
    about = connection.connection.server_properties
    unlike, barred = {}, {}
    for queue in queues:
        try:
            queue(connection.channel()).queue_declare()
        except amqp.PreconditionFailed as error:
            unlike[queue.name] = error.reply_text
        except amqp.AccessRefused as error:
            barred[queue.name] = error.reply_text
    return RabbitFacts(str(about.get("product")), str(about.get("version")), unlike, barred)


def flaws(facts: RabbitFacts) -> Iterator[Flaw]:
    """What is wrong with this server."""
    if facts.product == NAME and _numbers(facts.version) < OLDEST:
        yield Flaw(
            NAME,
            Sentence("It is version {version}.", version=facts.version),
            Sentence("Use {oldest} or newer.", oldest=".".join(map(str, OLDEST))),
        )
    if facts.unlike:
        what = Sentence("It has queues of our names, of another kind: {queues}.", queues=_told(facts.unlike))
        yield Flaw(
            NAME, what, Sentence("Delete them, since ours hold nothing but hints, or give another virtual host.")
        )
    if facts.barred:
        what = Sentence("We may not use our queues: {queues}.", queues=_told(facts.barred))
        yield Flaw(NAME, what, Sentence("Let the user configure, write and read them."))


def _told(queues: Mapping[str, str]) -> str:
    return f"{', '.join(queues)} ({next(iter(queues.values()))})"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())
