"""A gateway process of its own for every test module."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

import pedidos

PLATFORM_KEY, ADMIN_KEY = "key-of-the-platform", "key-of-the-drills"


def bearer(key: str) -> dict[str, str]:
    """The header that presents a key."""
    return {"Authorization": f"Bearer {key}"}


class GatewayProcess:
    """The simulator as the platform runs it."""

    def __init__(self, folder: Path) -> None:
        self.book = folder / "gateway" / "book.sqlite"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        environment = os.environ | {
            "PEDIDOS_STATE_DIR": str(self._folder),
            "PEDIDOS_GATEWAY_BOOK": str(self.book),
            "PEDIDOS_GATEWAY_KEY": PLATFORM_KEY,
            "PEDIDOS_GATEWAY_ADMIN_KEY": ADMIN_KEY,
            "PEDIDOS_PORT": str(self.port),
            "PYTHONPATH": str(Path(pedidos.__file__).parents[1]),
        }
        with (self._folder / "gateway.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "pedidos_gateway"], env=environment, stdout=log, stderr=log
            )
        deadline = time.monotonic() + 20
        while not self._ready():
            assert self._process.poll() is None, (self._folder / "gateway.log").read_text()
            assert time.monotonic() < deadline, "the gateway does not start"
            time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> float:
        """Seconds that it took to end."""
        assert self._process is not None
        began = time.monotonic()
        self._process.send_signal(how)
        self._process.wait(15)
        return time.monotonic() - began

    def cpu_seconds(self) -> float:
        assert self._process is not None
        times = psutil.Process(self._process.pid).cpu_times()
        return float(times.user + times.system)

    def _ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=1) as answer:  # noqa: S310  # ours
                return bool(answer.status == 200)
        except OSError:
            return False


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    process = GatewayProcess(tmp_path_factory.mktemp("gateway"))
    process.start()
    yield process
    process.stop()
