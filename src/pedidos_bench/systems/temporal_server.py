"""Temporal's server and its schema tool: built from source with Go, once per user, with a pinned version."""

import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from pedidos.settings import os_environment
from pedidos_local.kafka_jars import cache_folder

MODULE = "go.temporal.io/server"
VERSION = "v1.32.1"
PROGRAMS = {"server": f"{MODULE}/cmd/server", "sql": f"{MODULE}/cmd/tools/sql"}
BUILD_SECONDS = 3600
ERROR_LINES = 10


class NotBuilt(Exception):
    """The server is missing and cannot be built; the message says why."""


@dataclass(frozen=True, slots=True)
class Binaries:
    server: Path
    schema_tool: Path


def find() -> Binaries | None:
    """The programs that an earlier run has built; None if there are none."""
    folder = _folder()
    if not all((folder / name).exists() for name in PROGRAMS):
        return None
    return Binaries(folder / "server", folder / "sql")


def ensure() -> Binaries:
    """Returns the two programs; builds them if they are missing, which takes several minutes. Raises NotBuilt."""
    found = find()
    if found is not None:
        return found
    go = shutil.which("go")
    if go is None:
        raise NotBuilt("Temporal's server is built with Go, and Go is not installed.")
    _build(go)
    found = find()
    if found is None:
        raise NotBuilt(f"Go has built Temporal's server {VERSION}, but not in the expected place.")
    return found


def _build(go: str) -> None:
    print(f"pedidos: building Temporal's server {VERSION} (once; several minutes) …", file=sys.stderr)  # noqa: T201
    folder = _folder()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".building-") as draft:
        try:
            done = subprocess.run(
                [go, "install", "-trimpath", "-ldflags=-s -w", *(f"{path}@{VERSION}" for path in PROGRAMS.values())],
                cwd=draft,
                env={**os_environment.as_given(), "GOBIN": draft, "CGO_ENABLED": "0"},
                capture_output=True,
                text=True,
                timeout=BUILD_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise NotBuilt(f"Temporal's server was not built within {BUILD_SECONDS // 60} minutes.") from error
        if done.returncode != 0:
            last = "\n".join(done.stderr.strip().splitlines()[-ERROR_LINES:])
            raise NotBuilt(f"Temporal's server could not be built. Check the network connection.\n{last}")
        folder.mkdir(exist_ok=True)
        for name in PROGRAMS:
            (Path(draft) / name).replace(folder / name)


def _folder() -> Path:
    return cache_folder().parent / "temporal" / VERSION
