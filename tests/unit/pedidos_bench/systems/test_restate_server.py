"""Restate's server is downloaded only if a run is told to, with the version and the hash that are locked."""

import json
import os
from pathlib import Path

import pytest

from pedidos_bench.systems import restate_server

NPM = """#!/bin/sh
# Like npm: `ci` installs what package-lock.json says, and nothing without it.
[ "$1" = ci ] && [ -f package-lock.json ] || exit 3
echo "$@" >"$TOLD"
folder="node_modules/$PACKAGE/bin"
mkdir -p "$folder"
echo "server" >"$folder/restate-server"
"""


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program on the PATH in the place of npm. Returns the file in which it notes its arguments."""
    folder, told = tmp_path / "programs", tmp_path / "told"
    folder.mkdir()
    program = folder / "npm"
    program.write_text(NPM)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PACKAGE", restate_server.package())
    monkeypatch.setenv("TOLD", str(told))
    return told


def test_it_is_not_downloaded_unless_the_run_says_so(tmp_path: Path, npm: Path) -> None:
    with pytest.raises(restate_server.NotHere, match=r"Business Source License.*--fetch-restate"):
        restate_server.ensure(fetch=False, state_dir=tmp_path / "state")
    assert not npm.exists()


def test_it_is_installed_into_the_state_folder_once_and_without_scripts(tmp_path: Path, npm: Path) -> None:
    state = tmp_path / "state"
    program = restate_server.ensure(fetch=True, state_dir=state)
    assert program.read_text() == "server\n"
    assert program.is_relative_to(state)
    assert "--ignore-scripts" in npm.read_text()
    npm.unlink()
    assert restate_server.ensure(fetch=False, state_dir=state) == program
    assert not npm.exists()
    assert [each.name for each in (state / "restate").iterdir()] == [restate_server.version()]


def test_without_npm_the_message_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(restate_server.NotHere, match="npm is not installed"):
        restate_server.ensure(fetch=True, state_dir=tmp_path / "state")


def test_what_npm_says_is_passed_on(tmp_path: Path, npm: Path) -> None:
    program = tmp_path / "programs" / "npm"
    program.write_text("#!/bin/sh\necho 'no such registry' >&2\nexit 1\n")
    with pytest.raises(restate_server.NotHere, match="no such registry"):
        restate_server.ensure(fetch=True, state_dir=tmp_path / "state")
    assert not npm.exists()


def test_every_package_is_locked_by_its_hash_and_no_registry_is_named() -> None:
    text = (restate_server.LOCK / "package-lock.json").read_text()
    packages = {path: each for path, each in json.loads(text)["packages"].items() if path}
    assert {path.removeprefix("node_modules/") for path in packages} == {
        f"{restate_server.PACKAGE}-{system}-{cpu}" for system in ("linux", "darwin") for cpu in ("x64", "arm64")
    }
    assert all(each["integrity"].startswith("sha512-") for each in packages.values())
    assert {each["version"] for each in packages.values()} == {restate_server.version()}
    assert "://" not in text
