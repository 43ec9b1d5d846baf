"""A command without a safeguard gets its own words, as a process does without any."""

import subprocess
import sys

from pedidos import __version__
from pedidos_local import environment

SECONDS = 60


def test_a_command_reads_its_own_words() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pedidos_drills.run_mutant", "charges-compared", "pedidos", "--version"],
        env=environment.python(),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, f"pedidos {__version__}\n"), done.stderr
