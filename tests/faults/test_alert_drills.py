"""Some alerts, at a real Prometheus: each fires and ends. All of them by `./pedidos drill alerts all`."""

import subprocess
import sys

import pytest

from tests.support.promtool import MISSING, program

QUICK = ("ledger", "relay-away", "bridge-away", "accepted")
SECONDS = 600


def test_an_alert_fires_while_its_cause_lasts_and_ends_after_it() -> None:
    if program("prometheus") is None:
        pytest.skip(MISSING)
    command = [sys.executable, "-m", "pedidos_dev", "drill", "alerts", *QUICK]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "6 alerts fired and ended." in done.stdout
