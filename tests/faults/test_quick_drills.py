"""Some drills, quick ones; all of them by `./pedidos drill run all`."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

QUICK = ("api-killed", "one-key-fifty", "late-commit", "relay-killed", "broker-emptied", "last-units")
SECONDS = 600


def drill(*words: str, report: Path) -> Any:
    """What a drill command reports, once it has ended well."""
    command = [sys.executable, "-m", "pedidos_dev", "drill", *words, "--json", str(report)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(report.read_text("utf-8"))


def test_every_invariant_holds_after_each_drill(tmp_path: Path) -> None:
    outcomes = drill("run", *QUICK, report=tmp_path / "report.json")
    assert [outcome["drill"] for outcome in outcomes] == list(QUICK)
    for outcome in outcomes:
        assert outcome["faults"]
        assert outcome["orders"] > 0
        assert all(verdict["holds"] for verdict in outcome["verdicts"])


def test_without_a_safeguard_the_ledger_finds_what_is_broken(tmp_path: Path) -> None:
    drill("distrust", "order-key", report=tmp_path / "report.json")
