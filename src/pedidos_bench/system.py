"""The interface of every system that the benchmark compares: accept orders over HTTP, confirm them, lose none."""

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
    """A running system that accepts orders: POST url + "/v1/orders" with a bearer token answers 202 and a JSON object
    with the order's "id".

    ca_file: the certificate authority for HTTPS. tokens: of several customers, valid for an hour. bodies: JSON bodies
    of orders of two items each, with enough stock for the whole run. processes() returns role → process ids of its root
    processes now (their children count with them). confirmed() counts the orders that are durably confirmed. audit()
    gets the ids of the accepted orders, each once, and returns as text what is wrong with them: each must be stored and
    confirmed once, paid once at its price, and have its stock taken once.
    """

    url: str
    ca_file: Path | None
    tokens: Sequence[str]
    bodies: Sequence[bytes]
    processes: Callable[[], Mapping[str, Sequence[int]]]
    confirmed: Callable[[], int]
    audit: Callable[[Sequence[str]], Sequence[str]]


class System(Protocol):
    """name is short and stable (reports contain it); label describes the system; missing() returns why it cannot run
    here, or None if it can."""

    @property
    def name(self) -> str: ...

    @property
    def label(self) -> str: ...

    def missing(self) -> str | None: ...

    def started(self, servers: Servers) -> AbstractContextManager[Target]:
        """Starts the system with its own empty database; ends all its processes when the context ends."""
        ...
