"""Installing the servers of a tier where that asks nothing."""

import os
from pathlib import Path

import pytest

from pedidos_dev import server_packages


@pytest.fixture
def apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only program of the PATH; it notes how it was called."""
    folder = tmp_path / "bin"
    folder.mkdir()
    calls = tmp_path / "calls"
    program = folder / "apt-get"
    program.write_text(f'#!/bin/sh\necho "$@" >> {calls}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return calls


def test_only_what_is_missing_is_installed(apt: Path) -> None:
    there = {"/usr/bin/redis-server", "/usr/bin/redis-sentinel"}
    said: list[str] = []
    assert server_packages.ensure(said.append, there.__contains__) == ["rabbitmq-server", "pgbouncer"]
    update, install = apt.read_text().splitlines()
    assert update.split()[0] == "update"
    assert install.split()[-2:] == ["rabbitmq-server", "pgbouncer"]
    assert len(said) == 2


def test_nothing_is_asked_for_what_is_there(apt: Path) -> None:
    assert server_packages.ensure(lambda _: pytest.fail("nothing to install"), lambda _: True) == []
    assert not apt.exists()


def test_others_than_root_install_nothing(apt: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert set(server_packages.ensure(str, lambda _: False)) == set(server_packages.PROGRAMS)
    assert not apt.exists()
