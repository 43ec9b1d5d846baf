"""Which servers are ours and which are external, and what every process is told about them."""

from pathlib import Path
from urllib.parse import quote

import pedidos
from pedidos import shell
from pedidos.settings import Settings
from pedidos_local import ports
from pedidos_local.credentials import Credentials, write_private
from pedidos_local.layout import Layout

SERVERS = {
    "postgres": "database_url",
    "valkey": "broker_url",
    "kafka": "kafka_bootstrap",
    "gateway": "gateway_url",
    "edge": "public_url",
}
"""Each server that can be external, and the setting which then says where it is."""

PYTHON = {
    "PYTHONUNBUFFERED": "1",
    "PYTHONUTF8": "1",  # file names and what is written do not depend on a locale
    "PYTHONSAFEPATH": "1",  # the folder that we are called from is not searched for modules
}

SHARED = ("port_base", *SERVERS.values(), "gateway_key", "gateway_admin_key", "ca_file", "keys_dir", "gateway_book")
"""Settings that `up` works out; other commands find them in platform.env."""


def external(settings: Settings) -> frozenset[str]:
    """The servers whose address the environment sets: nothing is started for them."""
    return frozenset(server for server, name in SERVERS.items() if getattr(settings, name))


def complete(settings: Settings, credentials: Credentials) -> Settings:
    """The settings with the addresses of the local servers where none are set. They come from the environment alone: a
    platform.env describes the platform that ran before."""
    layout = Layout.of(settings)
    base = layout.port_base
    secret = quote(credentials.database, safe="")
    local = {
        "database_url": f"postgresql://pedidos:{secret}@127.0.0.1:{base + 2}/pedidos",
        "broker_url": f"redis://:{quote(credentials.broker, safe='')}@127.0.0.1:{base + 3}/0",
        "kafka_bootstrap": ",".join(
            f"{ports.LOOPBACK}:{ports.of_broker(settings, number)[0]}"
            for number in range(1, settings.kafka_brokers + 1)
        ),
        "gateway_url": f"http://127.0.0.1:{base + 6}",
        "public_url": f"https://localhost:{base}",
        "ca_file": layout.state_dir / "certificates" / "ca.pem",
        "keys_dir": layout.state_dir / "keys",
        "gateway_book": layout.state_dir / "gateway" / "book.sqlite",
        "gateway_key": credentials.gateway,
        "gateway_admin_key": credentials.gateway_admin,
    }
    if settings.public_url:
        del local["ca_file"]  # the server of the public address uses another certificate authority
    if settings.gateway_url:
        del local["gateway_key"], local["gateway_admin_key"]  # they are those of the simulator
    missing = {name: value for name, value in local.items() if not getattr(settings, name)}
    return settings.model_copy(update={**missing, "state_dir": layout.state_dir})


def write_env_file(settings: Settings) -> None:
    """Write platform.env for the commands in other terminals, which get the external addresses from it too."""
    lines = ["# Written by `pedidos up`. The environment wins over it.\n"]
    lines += [f"{name}={_quoted(value)}\n" for name, value in variables(settings, SHARED).items()]
    write_private(Layout.of(settings).env_file, "".join(lines))


def variables(settings: Settings, names: tuple[str, ...] | None = None) -> dict[str, str]:
    """The settings (all that have a value, or those named) as environment variables."""
    values = {name: getattr(settings, name) for name in names or Settings.model_fields}
    return {f"PEDIDOS_{name.upper()}": str(value) for name, value in values.items() if value is not None}


def python_environment(settings: Settings) -> dict[str, str]:
    """For our own processes: every setting, and what Python needs."""
    return {**python(), **variables(settings)}


def python(family: shell.Family = shell.PROCESS) -> dict[str, str]:
    """The whole environment of a Python process that finds this very package, wherever it runs."""
    inherited = {name: value for name, value in shell.inherited(family).items() if not name.startswith("PEDIDOS_")}
    return {**inherited, **PYTHON, "PYTHONPATH": str(Path(pedidos.__file__).parents[1])}


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
