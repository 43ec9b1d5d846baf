"""Which servers are local and which are external, and the environment of every process."""

from collections.abc import Collection, Mapping
from pathlib import Path
from urllib.parse import quote

import pedidos
from pedidos.settings import os_environment
from pedidos.settings.base import Settings, in_environment, variable
from pedidos.settings.groups.serving import DemoDataSettings
from pedidos.settings.secret_files import SUFFIX
from pedidos.setup.demo_accounts import CUSTOMER
from pedidos.storage.roles import ProcessKind
from pedidos_local import kafka_probe, ports
from pedidos_local.credentials import Credentials, write_private
from pedidos_local.kafka import READER
from pedidos_local.layout import Layout
from pedidos_local.postgres import DATABASE, ROLE
from pedidos_local.settings import LocalSettings, PlatformSettings

SERVERS = {
    "postgres": "database_url",
    "valkey": "broker_url",
    "kafka": "kafka_bootstrap",
    "gateway": "gateway_url",
    "edge": "public_url",
    "postbox": "smtp_host",
}
"""Each server that can be external, and the setting with its address."""

PYTHON = {
    "PYTHONUNBUFFERED": "1",
    "PYTHONUTF8": "1",  # file names and encodings do not depend on the locale
    "PYTHONSAFEPATH": "1",  # modules are not searched in the current folder
}

SHARED = (
    *("port_base", *SERVERS.values(), "database_owner_url", "edge_key", "gateway_key", "gateway_admin_key"),
    *("payment_provider", "payment_event_secrets", "payment_events_url"),
    *("database_pooler", "database_direct_url"),
    *("broker_ca_file", "sentinel_master", "sentinel_user", "sentinel_password"),
    *("kafka_user", "kafka_password", "kafka_reader", "record_keys", "trace_key", "account_keys", "demo_password"),
    *("kafka_tls", "kafka_ca_file", "kafka_certificate_file", "kafka_key_file", "kafka_mechanism", "kafka_token"),
    *("kafka_token_url", "kafka_token_scope"),
    *("ca_file", "certificate_file", "keys_dir", "gateway_book"),
    *("smtp_host", "smtp_port", "smtp_tls", "smtp_ca_file", "smtp_user", "smtp_password", "mailbox_dir"),
)
"""Settings that `up` determines; other commands find them in platform.env."""


def external() -> frozenset[str]:
    """The external servers: their address is set in the environment, and nothing is started for them.

    platform.env is not read, because it describes an earlier run.
    """
    given = in_environment()
    return frozenset(server for server, name in SERVERS.items() if variable(name) in given)


def demo_wanted() -> bool:
    """Whether `up` makes demo data: with a PostgreSQL that is not its own, only if PEDIDOS_DEMO says so."""
    asked = variable("demo") in in_environment()
    return DemoDataSettings.make().demo and (asked or "postgres" not in external())


def complete(local: LocalSettings, credentials: Credentials) -> PlatformSettings:
    """The settings of a platform, completed with the addresses of the local servers. Raises Invalid."""
    given = in_environment()
    addresses = _local_addresses(local, credentials)
    if variable("public_url") in given:
        # The server of the public address uses another certificate and another authority, and another key, if any.
        del addresses["ca_file"], addresses["certificate_file"], addresses["edge_key"], addresses["trace_key"]
    if variable("gateway_url") in given:
        # These are the simulator's.
        for name in ("gateway_key", "gateway_admin_key", "payment_event_secrets", "payment_events_url"):
            del addresses[name]
    if variable("kafka_bootstrap") in given:
        # These are the local Kafka's.
        del addresses["kafka_user"], addresses["kafka_password"], addresses["kafka_reader"]
    if variable("smtp_host") not in given and DemoDataSettings.make().demo:
        addresses |= postbox_addresses(local, credentials)
    missing = {name: value for name, value in addresses.items() if variable(name) not in given}
    return _platform(local, {**missing, "demo": demo_wanted()})


def all_local(
    local: LocalSettings, credentials: Credentials, changes: Mapping[str, object] | None = None
) -> PlatformSettings:
    """The settings of a platform with only local servers, with these changes. Raises Invalid."""
    return _platform(local, {**_local_addresses(local, credentials), **(changes or {})})


def _platform(local: LocalSettings, values: Mapping[str, object]) -> PlatformSettings:
    state_dir = Layout.of(local).state_dir
    return PlatformSettings.make(**{**local.model_dump(), "state_dir": state_dir, **values})


def _local_addresses(local: LocalSettings, credentials: Credentials) -> dict[str, object]:
    layout = Layout.of(local)
    base = layout.port_base
    return {
        "database_url": f"{_login(ROLE, credentials.database)}{ports.LOOPBACK}:{base + ports.POSTGRES}/{DATABASE}",
        "broker_url": f"redis://:{quote(credentials.broker, safe='')}@127.0.0.1:{base + 3}/0",
        "kafka_bootstrap": ",".join(
            f"{ports.LOOPBACK}:{ports.of_broker(local, number)[0]}" for number in range(1, local.kafka_brokers + 1)
        ),
        "kafka_user": None if credentials.kafka is None else kafka_probe.USER,
        "kafka_password": credentials.kafka,
        "kafka_reader": None if credentials.kafka is None else READER,
        "gateway_url": f"http://127.0.0.1:{base + 6}",
        "public_url": f"https://localhost:{base}",
        "ca_file": layout.state_dir / "certificates" / "ca.pem",
        "certificate_file": layout.state_dir / "certificates" / "server.pem",
        "keys_dir": layout.state_dir / "keys",
        "gateway_book": layout.state_dir / "gateway" / "book.sqlite",
        "edge_key": credentials.edge,
        "gateway_key": credentials.gateway,
        "gateway_admin_key": credentials.gateway_admin,
        "payment_event_secrets": credentials.payment_events,
        "payment_events_url": f"https://localhost:{base}/v1/payment-events",
        "record_keys": credentials.records,
        "trace_key": credentials.trace,
        "account_keys": credentials.account_keys,
        "demo_password": credentials.accounts[CUSTOMER],
    }


def postbox_addresses(local: LocalSettings, credentials: Credentials) -> dict[str, object]:
    """The settings with which mails go to a mail server of our own, and are shown to everyone at this machine."""
    folder = Layout.of(local).postbox
    return {
        "smtp_host": "localhost",
        "smtp_port": local.port_base + ports.POSTBOX,
        "smtp_tls": "starttls",
        "smtp_ca_file": folder / "ca.pem",
        "smtp_user": ROLE,
        "smtp_password": credentials.postbox,
        "mailbox_dir": folder / "mails",
    }


def as_role(settings: PlatformSettings, role: str, credentials: Credentials) -> PlatformSettings:
    """The settings with the role of a kind of process at the local PostgreSQL. Those of a server that is not ours stay:
    its only role is the one that we know."""
    owner = _login(ROLE, credentials.database)
    if not settings.database_url.startswith(owner):
        return settings
    rest = settings.database_url.removeprefix(owner)
    return settings.model_copy(update={"database_url": _login(role, credentials.roles[role]) + rest})


def as_reader(settings: PlatformSettings, credentials: Credentials) -> PlatformSettings:
    """The settings with the user who only reads at the local Kafka. Those of a server that is not ours stay."""
    if settings.kafka_reader != READER or settings.kafka_password != credentials.kafka:
        return settings
    return settings.model_copy(update={"kafka_user": READER, "kafka_password": credentials.kafka_reader})


def of_commands(settings: PlatformSettings, credentials: Credentials) -> PlatformSettings:
    """For the commands in other terminals: an operator's role, and the owner's for setup and migrate."""
    theirs = as_role(settings, ProcessKind.OPERATOR.role, credentials)
    return theirs.model_copy(update={"database_owner_url": settings.database_owner_url or settings.database_url})


def _login(role: str, password: str) -> str:
    return f"postgresql://{role}:{quote(password, safe='')}@"


def write_env_file(settings: PlatformSettings) -> None:
    """Writes platform.env for the commands in other terminals, which also need the external addresses."""
    lines = ["# Written by `pedidos up`. The environment wins over it.\n"]
    lines += [f"{name}={_quoted(value)}\n" for name, value in variables(settings, SHARED).items()]
    write_private(Layout.of(settings).env_file, "".join(lines))


def variables(settings: Settings, names: Collection[str] | None = None) -> dict[str, str]:
    """The settings (all that have a value, or those named) as environment variables. One that stands in a file stays
    there: it may be rotated."""
    values = {name: getattr(settings, name) for name in names or type(settings).model_fields}
    files = {name: settings.file_of(name) for name in values}
    return {
        variable(name) + (SUFFIX if files[name] else ""): str(files[name] or value)
        for name, value in values.items()
        if value is not None
    }


def python_environment(settings: Settings) -> dict[str, str]:
    """The environment of our own processes: every setting, and what Python needs."""
    return {**python(), **variables(settings)}


def python(family: os_environment.Family = os_environment.PROCESS) -> dict[str, str]:
    """The complete environment of a Python process that finds this package, wherever it runs."""
    inherited = os_environment.inherited(family).items()
    kept = {name: value for name, value in inherited if not name.startswith("PEDIDOS_")}
    return {**kept, **PYTHON, "PYTHONPATH": str(Path(pedidos.__file__).parents[1])}


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
