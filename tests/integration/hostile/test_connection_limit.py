"""The rules of docs/operations.md that limit a client's connections, in a network namespace of their own."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

OPERATIONS = Path(__file__).parents[3] / "docs" / "operations.md"
MISSING = [name for name in ("unshare", "ip", "nft") if shutil.which(name) is None]
MOST, TRIED = 50, 60

CLIENTS = f"""
import json, socket

def connected(family, server, client):
    held = []
    for _ in range({TRIED}):
        connection = socket.socket(family)
        connection.bind((client, 0))
        try:
            connection.connect((server, 443))
        except ConnectionError:
            connection.close()
        else:
            held.append(connection)
    return held

def listening(family, server):
    listener = socket.socket(family)
    listener.bind((server, 443))
    listener.listen({4 * TRIED})
    return listener

servers = [listening(socket.AF_INET, "127.0.0.1"), listening(socket.AF_INET6, "::1")]
one = connected(socket.AF_INET, "127.0.0.1", "127.0.0.2")
other = connected(socket.AF_INET, "127.0.0.1", "127.0.0.3")
newer = connected(socket.AF_INET6, "::1", "::1")
print(json.dumps([len(one), len(other), len(newer)]))
"""


@pytest.mark.skipif(bool(MISSING), reason=f"no {' or '.join(MISSING)} on the PATH")
def test_a_client_has_its_limit_and_takes_nothing_from_others() -> None:
    rules = re.findall(r"^tcp dport 443 .*$", OPERATIONS.read_text("utf-8"), re.MULTILINE)
    assert len(rules) == 2
    chain = ["chain input {", "type filter hook input priority filter;", *rules, "}"]
    table = "\n".join(["table inet edge {", *chain, "}"])
    script = f'ip link set lo up; nft "$1"; {sys.executable} -c "$2"'
    done = subprocess.run(
        ["unshare", "--map-root-user", "--net", "sh", "-ec", script, "sh", table, CLIENTS],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [MOST, MOST, MOST]
