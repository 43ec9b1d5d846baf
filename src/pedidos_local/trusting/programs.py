"""Runs the program that changes a store."""

import subprocess
from collections.abc import Sequence

from pedidos.sentence import Sentence
from pedidos_local.trusting.store import StoreFailed

SECONDS = 60


def run(command: Sequence[str]) -> str:
    """Runs it without standard input and returns what it prints. Raises StoreFailed with what it says."""
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise StoreFailed(Sentence("{command} did not run: {reason}", command=command[0], reason=error)) from error
    if done.returncode != 0:
        raise StoreFailed(f"{' '.join(command)}: {(done.stderr or done.stdout).strip()}")
    return done.stdout
