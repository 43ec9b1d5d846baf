"""Which commands of a document are run, and that documents name only commands that there are."""

import re
from pathlib import Path

import pytest
import typer.main

from pedidos_dev.cli import app
from tests.support.checkout import ROOT
from tests.support.documents import Command, commands

DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]

TEXT = """Words.

```sh
./pedidos never
```

```console
$ first | second \\
    third '{
      "a": 1}'
seen … here
  also seen

$ last
```
"""


def test_commands_are_those_of_console_blocks() -> None:
    assert commands(TEXT) == [
        Command("first | second \\\n    third '{\n      \"a\": 1}'", 8, ["seen … here", "also seen"]),
        Command("last", 14),
    ]


def test_a_block_begins_with_a_command() -> None:
    with pytest.raises(ValueError, match="line 2"):
        commands("```console\noutput\n```\n")


def test_dots_stand_for_anything_within_a_line() -> None:
    command = Command("any", 1, ["worker-1 … running …", "(all)"])
    assert command.missing_in("  worker-1    running  17 MiB\n(all)\n") == []
    assert command.missing_in("worker-1 waiting\nrunning\n(all) of it\n") == ["worker-1 … running …", "(all)"]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_documents_name_commands_that_there_are(path: Path) -> None:
    known = set(typer.main.get_command(app).commands) | {"lock"}  # type: ignore[attr-defined]  # it is a group
    named = set(re.findall(r"\./pedidos ([a-z][a-z-]*)", path.read_text(encoding="utf-8")))
    assert named <= known


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_documents_point_at_files_that_there_are(path: Path) -> None:
    targets = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))
    # A problem's type is an address of the API.
    missing = [each for each in targets if not each.startswith("/") and not (path.parent / each).exists()]
    assert not missing
