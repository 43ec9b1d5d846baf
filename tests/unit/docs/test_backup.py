"""The settings and commands of docs/backup.md are those with which the drill of a restore backs up and restores."""

from pathlib import Path

import pytest

from pedidos_drills.physical_backup import ARCHIVING, RESTORING, TAKE, VERIFY
from tests.support.checkout import ROOT

MOMENT = "2026-11-29 14:05:00+00"


@pytest.fixture(params=["backup.md", "backup.pt-BR.md"])
def lines(request: pytest.FixtureRequest) -> list[str]:
    document: Path = ROOT / "docs" / request.param
    return document.read_text("utf-8").splitlines()


def test_the_settings_are_those_of_the_drill(lines: list[str]) -> None:
    for name, value in {**ARCHIVING, **RESTORING}.items():
        filled = value.format(wal="/backup/wal", moment=MOMENT)
        assert f"{name} = '{filled}'" in lines or f"{name} = {filled}" in lines


def test_the_commands_are_those_of_the_drill(lines: list[str]) -> None:
    for command in (TAKE, VERIFY):
        words = " ".join(word.format(base="/backup/base") for word in command)
        assert any(line == words or line.startswith(f"{words} --dbname=") for line in lines)
