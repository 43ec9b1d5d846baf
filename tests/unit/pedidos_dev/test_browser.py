"""Finding Chromium, and installing it where that asks nothing."""

import os
from pathlib import Path

import pytest

from pedidos_dev import browser


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder of the PATH; playwright has downloaded nothing."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "downloads"))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return folder


def program(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_one_on_the_path_is_used(programs: Path) -> None:
    assert browser.find() is None
    program(programs / "google-chrome", "")
    program(programs / "chromium", "")
    assert browser.find() == programs / "chromium"


def test_root_installs_the_one_of_the_system(programs: Path) -> None:
    said: list[str] = []
    chromium = programs / "chromium"
    program(programs / "apt-get", f'[ "$1" != install ] || {{ echo > {chromium}; /bin/chmod 755 {chromium}; }}')
    assert browser.ensure(said.append) == chromium
    assert [line.split()[4] for line in said] == ["update", "install"]


def test_without_one_and_without_a_way_to_get_one_there_is_none(programs: Path) -> None:
    program(programs / "apt-get", "exit 100")
    said: list[str] = []
    assert browser.ensure(said.append) is None
    assert len(said) == 1
