"""The files of a commit in a folder of their own, with an environment of their own."""

import json
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pedidos.settings import os_environment

ROOT = Path(__file__).parents[3]
ENVIRONMENT_SECONDS = 300
GIT_SECONDS = 60
LISTING = Path(__file__).with_name("listing.py")


class NoHistory(Exception):
    """The commit is not in this checkout; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Tree:
    """folder: with src and locks, and .venv once make_environment() was called."""

    folder: Path

    @property
    def source(self) -> Path:
        return self.folder / "src"

    @property
    def python(self) -> Path:
        return self.folder / ".venv" / "bin" / "python"

    def make_environment(self) -> None:
        """Installs what the commit's own locks say, as its own ./pedidos does. Raises CalledProcessError."""
        given = os_environment.as_given().items()
        own = {name: value for name, value in given if not name.startswith(("PEDIDOS_", "PYTHON"))}
        subprocess.run(
            [self.folder / "pedidos", "--help"],
            env=own | {"PEDIDOS_PYTHON": sys.executable},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            timeout=ENVIRONMENT_SECONDS,
            check=True,
        )

    def statements(self) -> Mapping[str, str]:
        """Its SQL statements by their names. Raises CalledProcessError."""
        listed = subprocess.run(
            [self.python, LISTING],
            env=os_environment.inherited(os_environment.SERVER) | {"PYTHONPATH": str(self.source), "PYTHONUTF8": "1"},
            capture_output=True,
            encoding="utf-8",
            timeout=ENVIRONMENT_SECONDS,
            check=True,
        )
        found: dict[str, str] = json.loads(listed.stdout)
        return found

    def newest_migration(self) -> str:
        """The newest revision of its schema."""
        versions = (self.source / "pedidos" / "migrations" / "versions").glob("[0-9]*.py")
        return max(each.name for each in versions).partition("_")[0]


def git(*words: str) -> str | None:
    """What git prints about this checkout; None if it fails, or if there is none."""
    try:
        done = subprocess.run(
            ["git", "-C", ROOT, *words], capture_output=True, encoding="utf-8", timeout=GIT_SECONDS, check=False
        )
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def commit_of(name: str) -> str:
    """The full id of a commit, a tag or a branch. Raises NoHistory."""
    found = git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if found is None:
        if git("rev-parse", "--show-toplevel") != str(ROOT):
            raise NoHistory(f"{ROOT} is no checkout of git, so the release before ({name[:12]}) is not here: clone it.")
        raise NoHistory(
            f"The release before ({name[:12]}) is not in this checkout's history: run git fetch --unshallow --tags."
        )
    return found


def unpack(name: str, folder: Path) -> Tree:
    """Writes the files of a commit to a new folder. Raises NoHistory."""
    commit = commit_of(name)
    folder.mkdir()
    archive = folder.with_name(f"{folder.name}.tar")
    subprocess.run(["git", "-C", ROOT, "archive", f"--output={archive}", commit], timeout=GIT_SECONDS, check=True)
    with tarfile.open(archive) as files:
        files.extractall(folder, filter="data")
    archive.unlink()
    return Tree(folder)
