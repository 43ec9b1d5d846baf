"""./pedidos: finds its environment from wherever it is called, and says in a line what is missing."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[3]
TOOLS = ("bash", "cat", "cmp", "cp", "dirname", "env", "grep", "mkdir", "mv", "ps", "readlink", "rm", "sleep")

PYTHON = """#!/bin/bash
case $1 in
  -ISc) echo 'cpython 3 14' ;;
  -m) [ "$3" != environment ] || { env | grep ^PYTHON; exit; } ;;&
  *) echo "$PEDIDOS_STATE_DIR|$PYTHONPATH|$*" ;;
esac
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout without an environment, in a path with spaces."""
    folder = tmp_path / "a folder, ção"
    folder.mkdir()
    shutil.copy(CHECKOUT / "pedidos", folder)
    shutil.copytree(CHECKOUT / "locks", folder / "locks")
    return folder


def install(checkout: Path) -> None:
    """An environment as an installation leaves it, with a Python that tells how it was called."""
    scripts = checkout / ".venv" / "bin"
    scripts.mkdir(parents=True)
    (scripts / "python").write_text(PYTHON)
    (scripts / "python").chmod(0o755)
    shutil.copy(checkout / "locks" / "local.txt", checkout / ".venv" / "installed.txt")
    (checkout / ".venv" / "installed-for").write_text("cpython 3 14\n")


def call(
    script: Path, *arguments: str, path: str | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PEDIDOS_", "PYTHON"))}
    return subprocess.run(
        [str(script), *arguments],
        capture_output=True,
        text=True,
        cwd="/",
        env=inherited | environment | ({"PATH": path} if path else {}),
        timeout=30,
        check=False,
    )


def test_it_works_from_anywhere_and_through_links(checkout: Path, tmp_path: Path) -> None:
    install(checkout)
    (tmp_path / "one").symlink_to(checkout / "pedidos")
    (tmp_path / "two").symlink_to("one")
    expected = f"{checkout}/.pedidos|{checkout}/src|-m pedidos logs kafka -f\n"
    for script in (checkout / "pedidos", tmp_path / "one", tmp_path / "two"):
        assert call(script, "logs", "kafka", "-f").stdout == expected


def test_what_the_shell_says_to_python_is_left_behind(checkout: Path) -> None:
    install(checkout)
    said = dict.fromkeys(("PYTHONHOME", "PYTHONOPTIMIZE", "PYTHONWARNINGS", "PYTHONINSPECT", "PYTHON_GIL"), "1")
    said |= {"PYTHONPATH": "/elsewhere", "PYTHONIOENCODING": "latin-1", "LD_PRELOAD": "/nowhere.so"}
    done = call(checkout / "pedidos", "environment", **said)
    assert dict(line.split("=", 1) for line in done.stdout.splitlines()) == {
        "PYTHONPATH": f"{checkout}/src",
        "PYTHONSAFEPATH": "1",
        "PYTHONUTF8": "1",
        "PYTHONIOENCODING": "latin-1",
    }


def test_a_state_folder_that_is_set_is_kept(checkout: Path) -> None:
    install(checkout)
    assert call(checkout / "pedidos", "up", PEDIDOS_STATE_DIR="/elsewhere").stdout.startswith("/elsewhere|")


def test_a_python_that_is_too_old_or_none_is_refused(checkout: Path) -> None:
    done = call(checkout / "pedidos", "up", PEDIDOS_PYTHON="/bin/true")
    assert done.returncode == 1
    assert "PEDIDOS_PYTHON=/bin/true is not a Python 3.11 or newer." in done.stderr


def test_without_a_python_it_says_what_to_install(checkout: Path, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in TOOLS:
        (tools / tool).symlink_to(str(shutil.which(tool)))
    done = call(checkout / "pedidos", "up", path=str(tools))
    assert done.returncode == 1
    assert "apt install python3 python3-venv" in done.stderr
    assert not (checkout / ".venv").exists()
    assert not (checkout / ".venv.lock").exists()
