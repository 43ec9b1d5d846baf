"""What another user of the machine, without a credential, can do to a platform: see docs/threat-model.md, Ports.

Run by root, the attempts are made as the user that owns nothing. Run by another user they are made by that user,
without a credential; the files are then its own, and the mode of their folder is looked at instead.
"""

import json
import os
import subprocess
import sys
from typing import Any

import psutil
import pytest

from pedidos_local import ports
from tests.support import neighbour
from tests.support.platform import Platform

REFUSALS = {
    "edge: orders": "HTTP/1.1 401",
    "edge: all events": "HTTP/1.1 401",
    "caddy: serve all files": "ConnectionRefusedError",
    "postgres: superuser": "R",  # asks for a password: SCRAM
    "postgres: owner": "R",
    "valkey: read": "-NOAUTH",
    "valkey: write": "-NOAUTH",
    **dict.fromkeys(
        (
            "kafka: list topics",
            "kafka: delete a topic",
            "kafka: log in with another password",
            "controller: list topics",
            "controller: read the metadata",
        ),
        "",  # it closes the connection
    ),
    "gateway: charge": "HTTP/1.1 401",
    "gateway: give back": "HTTP/1.1 401",
    "gateway: read the book": "HTTP/1.1 401",
    "gateway: set faults": "HTTP/1.1 401",
    "supervisor: stop": '{"error": "The token is not right."}',
    "api: orders": "HTTP/1.1 401",
    "live: all events": "HTTP/1.1 401",
}


@pytest.fixture(scope="module")
def found(platform: Platform) -> dict[str, Any]:
    """What the neighbour saw."""
    command = [sys.executable, neighbour.__file__, str(platform.port_base), str(platform.state_dir)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True, env={})
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


@pytest.mark.parametrize(("attempt", "refusal"), REFUSALS.items())
def test_a_neighbour_is_refused(found: dict[str, Any], attempt: str, refusal: str) -> None:
    answer = found["answers"][attempt]
    assert answer.startswith(refusal) if refusal else answer in ("", "ConnectionResetError")
    if attempt.startswith("postgres"):
        assert "SCRAM-SHA-256" in found["answers"][attempt]


@pytest.mark.parametrize("path", [".", *neighbour.FILES])
def test_a_neighbour_reads_no_file(platform: Platform, found: dict[str, Any], path: str) -> None:
    if os.geteuid() == 0:
        assert found["user"] != 0
        assert found["files"][path] == "PermissionError"
    else:
        assert platform.state_dir.stat().st_mode & 0o077 == 0


def test_no_other_port_is_open(platform: Platform) -> None:
    listening = set()
    for pid in platform.pids().values():
        for process in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True)):
            connections = process.net_connections("tcp")
            listening |= {each.laddr for each in connections if each.status == psutil.CONN_LISTEN}
    known = (
        *(ports.EDGE, ports.POSTGRES, ports.VALKEY, ports.KAFKA, ports.KAFKA_CONTROLLER, ports.GATEWAY, ports.CONTROL),
        ports.POSTBOX,
        *(offsets[0] for offsets in ports.OF_KIND.values()),
    )
    metrics = {address.port for address in listening} - {platform.port_base + offset for offset in known}
    targets = [json.loads(path.read_text("utf-8")) for path in (platform.state_dir / "run" / "targets").iterdir()]
    assert metrics == {int(target["targets"][0].rpartition(":")[2]) for (target,) in targets}
    assert {address.port for address in listening} >= {platform.port_base + offset for offset in known}
    assert {address.ip for address in listening} <= {ports.LOOPBACK, f"::ffff:{ports.LOOPBACK}"}
