"""What the benchmark asks of every system that it compares: accept orders over HTTP, confirm them, lose none."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pedidos_local.settings import PlatformSettings


@dataclass(frozen=True, slots=True)
class Servers:
    """The servers that all systems share, running: PostgreSQL, Kafka and Valkey of the local platform.

    settings has their addresses; database_url names the maintenance database, in which a system may create its own.
    processes: role → the process ids of its roots, such as {"postgres": [4711]}.
    """

    settings: PlatformSettings
    folder: Path
    database_url: str
    kafka_bootstrap: str
    broker_url: str
    processes: Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True)
class Target:
    """A system that has been started and takes orders: POST url + "/v1/orders" with a bearer token answers 202 and
    a JSON object whose "id" is the order's.

    ca_file: the authority of its certificate, for HTTPS. tokens: of several customers, good for an hour. bodies: JSON
    bodies of orders of two items each, of which there is stock for all that will ever be ordered. processes() tells
    role → process ids of its roots now (their children count with them). confirmed() counts the orders that are
    durably confirmed. audit() takes the ids that were accepted, each once, and tells in words what is wrong with what
    became of them: each must be stored and confirmed once, paid once with its price, its stock taken once.
    """

    url: str
    ca_file: Path | None
    tokens: Sequence[str]
    bodies: Sequence[bytes]
    processes: Callable[[], Mapping[str, Sequence[int]]]
    confirmed: Callable[[], int]
    audit: Callable[[Sequence[str]], Sequence[str]]


class System(Protocol):
    """name is short and stable (it stands in reports); label says what it is; missing() says in words why it cannot be
    run here, None if it can."""

    @property
    def name(self) -> str: ...

    @property
    def label(self) -> str: ...

    def missing(self) -> str | None: ...

    def started(self, servers: Servers) -> AbstractContextManager[Target]:
        """Starts with an empty database of its own; ends every process that it started when the context is left."""
        ...
