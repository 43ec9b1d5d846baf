"""The servers that all compared systems share: PostgreSQL, Kafka and Valkey as the local platform configures them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from pedidos_bench.supervised import Supervised
from pedidos_bench.system import Servers
from pedidos_drills.place import own_place, turn
from pedidos_local import credentials, environment, ports, postgres
from pedidos_local.layout import Layout
from pedidos_local.plan import make_plan
from pedidos_local.settings import LocalSettings

PORT_BASES = range(20100, 22000, 100)
KINDS = frozenset({"postgres", "valkey", "kafka"})
WAITING = "Another benchmark runs on this machine; this one starts when it has ended."


@contextmanager
def running() -> Iterator[Servers]:
    """Runs the servers in a separate folder, on separate ports; stops and removes them when the context ends.

    Two at the same time would disturb each other's measurements, so the second one waits. Raises ExceptionGroup if a
    server does not start.
    """
    with turn("pedidos-bench.lock", WAITING), more() as servers:
        yield servers


@contextmanager
def more() -> Iterator[Servers]:
    """Runs further servers beside those of running(), for a measurement that compares platforms side by side."""
    with own_place("pedidos-bench-", PORT_BASES) as (folder, base), _started(folder, base) as servers:
        yield servers


@contextmanager
def _started(folder: Path, base: int) -> Iterator[Servers]:
    local = LocalSettings(state_dir=folder, port_base=base)
    layout = Layout.of(local)
    layout.make()
    # Each system that is compared makes a database of its own, as the superuser, and uses Kafka without a password.
    made = credentials.ensure(layout.secrets_file)
    secrets = replace(made, superuser=made.database, kafka=None)
    settings = environment.all_local(local, secrets)
    kinds = [replace(kind, needs=frozenset()) for kind in make_plan(settings, secrets, ()) if kind.name in KINDS]
    with Supervised(kinds, layout) as supervised:
        roots: Mapping[str, Sequence[int]] = supervised.processes()
        port = base + ports.POSTGRES
        yield Servers(
            settings=settings,
            folder=layout.state_dir,
            database_url=f"postgresql://{postgres.SUPERUSER}:{quote(secrets.database, safe='')}"
            f"@{ports.LOOPBACK}:{port}/postgres",
            kafka_bootstrap=settings.kafka_bootstrap,
            broker_url=settings.broker_url,
            processes=roots,
        )
