"""Whatever a terminal cannot show is replaced: no command ends in a traceback for it."""

import os
import subprocess
import sys

import pytest

TEXT = "✓ José → ação… “10 ≤ 20” 🎉"
PRINTING = """
import typer
from rich.console import Console
from pedidos.cli.terminal import make_printable
make_printable()
typer.echo({text!r})
Console().print({text!r}, emoji=False, highlight=False)
typer.echo({text!r}, err=True)
"""


def printed(**environment: str) -> list[bytes]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "LC_", "LANG"))}
    path = os.pathsep.join(filter(None, sys.path))
    done = subprocess.run(
        [sys.executable, "-c", PRINTING.format(text=TEXT).encode("ascii", "backslashreplace").decode()],
        env=inherited | {"PYTHONPATH": path} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=True,
    )
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"PYTHONIOENCODING": "ascii"}, b'+ Jose -> acao... "10 <= 20" ?'),
        ({"PYTHONIOENCODING": "latin-1"}, '+ José -> ação... "10 <= 20" ?'.encode("latin-1")),
        ({"PYTHONIOENCODING": "utf-8"}, TEXT.encode()),
        ({"LC_ALL": "C"}, TEXT.encode()),
        ({}, TEXT.encode()),
    ],
)
def test_every_text_is_printed_as_well_as_it_can_be(environment: dict[str, str], expected: bytes) -> None:
    assert printed(**environment) == [expected] * 3


@pytest.mark.parametrize("command", ["--help", "settings", "status", "up --help", "plan --help"])
def test_commands_print_on_a_terminal_that_knows_only_ascii(command: str) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONIOENCODING": "ascii"}
    call = [sys.executable, "-m", "pedidos_dev", *command.split()]
    done = subprocess.run(call, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    assert b"Traceback" not in done.stdout
    assert done.stdout.isascii()
