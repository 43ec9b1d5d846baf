"""CPU time of processes: their children count, also those that ended."""

import os
import subprocess
import sys

from pedidos_bench.cpu import cpu_seconds, memory_mib, spent

BURN = "import time\nwhile time.process_time() < 0.3: pass\n"
PARENT = f"""
import subprocess, sys
sys.stdout.write("ready\\n"); sys.stdout.flush()
sys.stdin.readline()
subprocess.run([sys.executable, "-c", {BURN!r}], check=True)
sys.stdout.write("done\\n"); sys.stdout.flush()
sys.stdin.readline()
"""


def test_a_child_that_ended_counts_with_its_parent() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        before = cpu_seconds({"parent": [process.pid]})
        process.stdin.write(b"go\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"done\n"
        used = spent(before, cpu_seconds({"parent": [process.pid]}))

    assert used["parent"] >= 0.29


def test_a_process_that_is_gone_costs_nothing() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()

    assert cpu_seconds({"gone": [process.pid]}) == {"gone": 0.0}


def test_memory_of_this_process() -> None:
    assert 1 < memory_mib({"tests": [os.getpid()]})["tests"] < 10_000
