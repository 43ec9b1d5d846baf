"""Restate's server: not part of this platform, and fetched with npm only for a measurement that asks for it.

Its licence is the Business Source License 1.1, which is not an open-source licence. So nothing of this platform needs
the server, contains it or passes it on. A run of the benchmark that is told to (`--fetch-restate`) installs the package
for this machine into the state folder, with the version and the hash in locks/restate/package-lock.json, from the
registry that npm is configured for. The package that people install, @restatedev/restate-server, finds the program in
one of these packages, and reports each installation; it is left out.
"""

import json
import platform
import shutil
import subprocess
import tempfile
from pathlib import Path

from pedidos.settings import os_environment
from pedidos_local.settings import LocalSettings

LOCK = Path(__file__).parents[3] / "locks" / "restate"
PACKAGE = "@restatedev/restate-server"
LICENCE = "Business Source License 1.1"
FETCH_SECONDS = 600
ERROR_LINES = 10

_CPU = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}


class NotHere(Exception):
    """There is no server, or it cannot be fetched; the message says why and what to do."""


def version() -> str:
    """The version that is locked."""
    (found,) = set(_locked().values())
    return found


def package() -> str:
    """The package for this machine. Raises NotHere."""
    machine = platform.machine().lower()
    name = f"{PACKAGE}-{platform.system().lower()}-{_CPU.get(machine, machine)}"
    if name not in _locked():
        raise NotHere(f"Restate has no server for {platform.system()} on {machine}.")
    return name


def find(state_dir: Path | None = None) -> Path | None:
    """The program that an earlier run has fetched; None if there is none. Raises NotHere."""
    program = _folder(state_dir) / "node_modules" / package() / "bin" / "restate-server"
    return program if program.exists() else None


def ensure(*, fetch: bool, state_dir: Path | None = None) -> Path:
    """Returns the program; fetches it if it is missing and fetch says so. Raises NotHere.

    state_dir: by default that of the platform in this folder.
    """
    found = find(state_dir)
    if found is not None:
        return found
    if not fetch:
        raise NotHere(
            f"its server is not here. It is licensed under the {LICENCE}, so it does not come with pedidos:"
            " add --fetch-restate to download it with npm for this measurement."
        )
    _install(_folder(state_dir))
    found = find(state_dir)
    if found is None:
        raise NotHere(f"npm has installed {package()}, but the server is not in the expected place.")
    return found


def _install(folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise NotHere("Restate's server is fetched with npm, and npm is not installed.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".fetching-") as draft:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(LOCK / name, draft)
        try:
            done = subprocess.run(
                # Without scripts: what is installed does not run before the benchmark starts it.
                [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
                cwd=draft,
                env=os_environment.as_given(),
                capture_output=True,
                text=True,
                timeout=FETCH_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise NotHere(f"npm was not through within {FETCH_SECONDS} s. Is the network slow?") from error
        if done.returncode != 0:
            last = "\n".join((done.stderr or done.stdout).strip().splitlines()[-ERROR_LINES:])
            raise NotHere(f"npm could not install {package()}. Check the network connection.\n{last}")
        folder.mkdir(exist_ok=True)
        (Path(draft) / "node_modules").replace(folder / "node_modules")


def _folder(state_dir: Path | None) -> Path:
    base = LocalSettings.load().state_dir if state_dir is None else state_dir
    return base / "restate" / version()


def _locked() -> dict[str, str]:
    """The version of the package for each kind of machine."""
    document = json.loads((LOCK / "package.json").read_text("utf-8"))
    return dict(document["optionalDependencies"])
