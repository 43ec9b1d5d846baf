"""The platform as kinds of programs: which there are, what each needs, and which are external."""

import secrets
from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial

from pedidos.messaging.groups import GROUPS
from pedidos.storage.roles import ProcessKind
from pedidos_local import caddy, kafka, ports, postgres, processes, valkey
from pedidos_local.classroom import WEB_MODULE
from pedidos_local.credentials import Credentials
from pedidos_local.environment import as_reader, as_role
from pedidos_local.monitoring import server as prometheus
from pedidos_local.program import Program
from pedidos_local.settings import PlatformSettings
from pedidos_local.supervisor import Kind, prepared

MOST_WORKING = 20
"""Maximum number of instances of relay, worker and each consumer; of the others, ports.OF_KIND says how many."""

STORES, GATEWAY, SETUP, PIPELINE, SERVING, EDGE = range(6)
"""Stages, which stop from the last to the first."""


def make_plan(
    settings: PlatformSettings, credentials: Credentials, external: Collection[str], *, classroom: bool = False
) -> list[Kind]:
    """The kinds of a platform on this machine. classroom: whether its pages include those on which things are broken on
    purpose. Raises ports.PortTaken if one of its ports is in use."""

    def at_postgres(kind: str) -> PlatformSettings:
        """The settings of a process, with its own role."""
        return settings if "postgres" in external else as_role(settings, ProcessKind(kind).role, credentials)

    every = [*_servers(settings, credentials), *_ours(settings, at_postgres, credentials, classroom=classroom)]
    kinds = [kind for kind in every if kind.name not in external]
    ports.check(_needed(settings, {kind.name for kind in kinds}))
    present = {kind.name for kind in kinds}
    known = present | set(map(prepared, present))
    # External servers already run. An external edge does not know about a second instance.
    adapted = [replace(kind, needs=kind.needs & known) for kind in kinds]
    return adapted if "edge" in present else [replace(kind, noticed_seconds=0.0) for kind in adapted]


def _servers(settings: PlatformSettings, credentials: Credentials) -> list[Kind]:
    gateway_port = settings.port_base + ports.GATEWAY
    return [
        Kind(
            "postgres",
            STORES,
            lambda _: postgres.program(settings),
            prepare=partial(postgres.prepare, settings, _passwords(credentials)),
        ),
        Kind(
            "valkey",
            STORES,
            lambda _: valkey.program(settings, credentials.broker),
            prepare=partial(valkey.prepare, settings, credentials.broker),
        ),
        Kind(
            "kafka",
            STORES,
            lambda number: kafka.programs(settings, credentials.kafka)[number - 1],
            prepare=partial(kafka.prepare, settings, credentials.kafka, credentials.kafka_reader),
            count=settings.kafka_brokers,
        ),
        Kind("gateway", GATEWAY, lambda _: processes.gateway(gateway_port, settings)),
        *([Kind("postbox", GATEWAY, lambda _: processes.postbox(settings))] if settings.mailbox_dir else []),
    ]


def _passwords(credentials: Credentials) -> postgres.Passwords:
    return postgres.Passwords(credentials.database, credentials.roles, credentials.superuser)


def _ours(
    settings: PlatformSettings,
    at_postgres: Callable[[str], PlatformSettings],
    credentials: Credentials,
    *,
    classroom: bool,
) -> list[Kind]:
    data, topics = frozenset({"data"}), frozenset({"data", "topics"})
    return [
        Kind("data", SETUP, lambda _: processes.setup("data", settings), frozenset({"postgres"}), once=True),
        # It waits for Kafka itself: importing its modules takes as long as the start of Kafka.
        Kind("topics", SETUP, lambda _: processes.setup("topics", settings), frozenset({prepared("kafka")}), once=True),
        _working("relay", at_postgres("relay"), topics),
        *(_working(group.name, at_postgres(group.role), topics | {"valkey"}) for group in GROUPS.values()),
        _working("worker", at_postgres("worker"), data | {"valkey"}),
        Kind(
            "scheduler",
            PIPELINE,
            lambda _: processes.working("scheduler", "scheduler", at_postgres("scheduler")),
            data | {"valkey"},
        ),
        _serving("live", at_postgres("live"), topics),
        _serving("api", at_postgres("api"), data),
        _serving("web", as_reader(at_postgres("web"), credentials), data, WEB_MODULE if classroom else None),
        Kind(
            "edge", EDGE, lambda _: caddy.program(settings), prepare=partial(caddy.prepare, settings, settings.edge_key)
        ),
        *([_prometheus(settings)] if settings.prometheus else []),
    ]


def _prometheus(settings: PlatformSettings) -> Kind:
    password = secrets.token_urlsafe(18)
    return Kind(
        "prometheus",
        EDGE,
        lambda _: prometheus.program(settings),
        prepare=partial(prometheus.prepare, settings, password),
    )


def _working(kind: str, settings: PlatformSettings, needs: frozenset[str]) -> Kind:
    return Kind(
        kind,
        PIPELINE,
        lambda number: processes.working(kind, f"{kind}-{number}", settings),
        needs,
        limit=MOST_WORKING,
    )


def _serving(kind: str, settings: PlatformSettings, needs: frozenset[str], module: str | None = None) -> Kind:
    def make(number: int) -> Program:
        port = ports.of_instance(settings, kind, number)
        return processes.serving(kind, f"{kind}-{number}", port, settings, module=module)

    return Kind(
        kind,
        SERVING,
        make,
        needs,
        least=1,
        limit=len(ports.OF_KIND[kind]),
        noticed_seconds=caddy.NOTICED_SECONDS,
    )


def _needed(settings: PlatformSettings, kinds: Collection[str]) -> dict[str, int]:
    """The ports of these kinds, by the name of their user."""
    single = {
        "edge": {"edge": ports.EDGE},
        "postgres": {"postgres": ports.POSTGRES},
        "valkey": {"valkey": ports.VALKEY},
        "gateway": {"gateway": ports.GATEWAY},
        "prometheus": {"prometheus": ports.PROMETHEUS},
        "postbox": {"postbox": ports.POSTBOX},
    }
    needed = {name: settings.port_base + offset for kind in kinds for name, offset in single.get(kind, {}).items()}
    if "kafka" in kinds:
        for number in range(1, settings.kafka_brokers + 1):
            names = (
                (f"kafka {number}", f"kafka {number}'s controller") if number > 1 else ("kafka", "kafka's controller")
            )
            needed |= zip(names, ports.of_broker(settings, number), strict=True)
    return needed | {f"{kind}-1": ports.of_instance(settings, kind, 1) for kind in ports.OF_KIND}
