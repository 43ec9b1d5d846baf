"""Starts an attack in a process of its own, and ends it."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

import orjson

from pedidos_bench.attacks.aim import Aim
from pedidos_local.environment import python


class AttackFailed(Exception):
    """The attacker has ended; the message is its output."""


@contextmanager
def attacking(name: str, aim: Aim) -> Iterator[None]:
    """Inside, the attack of this name goes on. Raises AttackFailed if it has ended early."""
    with tempfile.TemporaryFile() as told, tempfile.TemporaryFile() as errors:
        told.write(orjson.dumps(asdict(aim)))
        told.seek(0)
        process = subprocess.Popen(
            [sys.executable, "-m", "pedidos_bench.attacks", name],
            stdin=told,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=python(),
        )
        try:
            assert process.stdout is not None  # noqa: S101  # it was asked for
            process.stdout.readline()  # that it has begun, or nothing when it has ended
            yield
            if process.poll() is not None:
                errors.seek(0)
                raise AttackFailed(errors.read().decode(errors="replace")[-2000:])
        finally:
            process.kill()
            process.communicate()
