"""The command line is there at once, and knows its commands."""

import os
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from pedidos_dev.cli import app

COMMANDS = (
    *("up", "down", "status", "logs", "restart", "scale", "reset", "doctor", "settings"),
    *("order", "demo", "setup", "migrate", "topics", "test"),
)
HEAVY = ("pydantic", "sqlalchemy", "kafka", "celery", "flask", "aiohttp", "httpx2", "psutil", "asyncio", "rich.live")


def test_help_lists_every_command_and_loads_nothing_heavy() -> None:
    code = f"""
import sys
from pedidos_dev.cli import app
try:
    app(["--help"], prog_name="pedidos")
finally:
    print("LOADED", *[name for name in {HEAVY!r} if name in sys.modules])
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    shown, _, loaded = done.stdout.partition("LOADED")
    assert set(COMMANDS) <= set(shown.partition("Commands:")[2].split())
    assert loaded.split() == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    result = CliRunner().invoke(app, [command, "--help"], prog_name="pedidos")
    assert result.exit_code == 0
    assert f"Usage: pedidos {command}" in result.output
