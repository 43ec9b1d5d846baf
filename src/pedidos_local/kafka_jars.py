"""The jars of the local Kafka broker: pinned by coordinate and SHA-256, downloaded once per user, verified, repaired.

The lock lists one jar per line, `group:artifact:version sha256:hex`. Only jgo knows the address of Maven Central. A jar
gets its name in the cache after its hash was verified, so a file with a jar's name was complete once. If size and
modification time are as recorded, a start does not compute the hash again.
"""

import hashlib
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

LOCK_FILE = Path(__file__).parents[2] / "locks" / "kafka.lock"
STAMPS = "verified.json"
DOWNLOADS_AT_A_TIME = 8
ATTEMPTS = 3
READ_TIMEOUT_SECONDS = 20

SYSTEM_BUNDLES = (
    Path("/etc/ssl/certs/ca-certificates.crt"),  # Debian, Ubuntu, Arch, Alpine
    Path("/etc/pki/tls/certs/ca-bundle.crt"),  # Fedora, Red Hat
    Path("/etc/ssl/ca-bundle.pem"),  # SUSE
)

Fetch = Callable[["Jar", Path], Path]


class JarsUnavailable(Exception):
    """A jar could not be downloaded, or does not match the lock. The message says what to do."""


class DownloadFailed(Exception):
    """The repository did not deliver a jar, even after several attempts."""


@dataclass(frozen=True, slots=True)
class Jar:
    """One artifact of a Maven repository, and the hash (lower-case hex) of its file."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def coordinate(self) -> str:
        return f"{self.group}:{self.artifact}:{self.version}"

    @property
    def file_name(self) -> str:
        return f"{self.artifact}-{self.version}.jar"


def read_lock(path: Path = LOCK_FILE) -> list[Jar]:
    """The locked jars in the order of the file, which is the order of the class path."""
    lines = (line.strip() for line in path.read_text("utf-8").splitlines())
    return [_parse(line) for line in lines if line and not line.startswith("#")]


def _parse(line: str) -> Jar:
    coordinate, _, digest = line.partition(" sha256:")
    group, artifact, version = coordinate.split(":")
    return Jar(group, artifact, version, digest)


def cache_folder() -> Path:
    """The folder of this user's jars, shared by all platforms on the machine."""
    if configured := os.environ.get("XDG_CACHE_HOME"):
        return Path(configured) / "pedidos" / "kafka"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "pedidos" / "kafka"
    return Path.home() / ".cache" / "pedidos" / "kafka"


def ensure(jars: list[Jar], cache: Path, fetch: Fetch | None = None) -> list[Path]:
    """Returns the verified files of the jars; downloads missing ones and replaces damaged ones.

    Raises JarsUnavailable, naming each jar that is still wrong afterwards.
    """
    fetch = fetch or from_maven_central
    if os.pathsep in str(cache):
        raise JarsUnavailable(
            f"{cache} has a colon in its name, which separates files in CLASSPATH. Set XDG_CACHE_HOME."
        )
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise JarsUnavailable(f"The folder for Kafka's jars cannot be made: {error}. Set XDG_CACHE_HOME.") from error
    stamps = _read_stamps(cache)
    unproven = [jar for jar in jars if not _proven(jar, cache, stamps)]
    if unproven:
        trust_the_system()
        with ThreadPoolExecutor(DOWNLOADS_AT_A_TIME) as pool:
            failures = [failure for failure in pool.map(lambda jar: _heal(jar, cache, fetch), unproven) if failure]
        if failures:
            raise JarsUnavailable("Kafka's jars are not complete; the next start tries again.\n" + "\n".join(failures))
        _write_stamps(cache, {jar.file_name: _stamp(cache / jar.file_name, jar) for jar in jars})
    return [cache / jar.file_name for jar in jars]


def trust_the_system() -> None:
    """Makes downloads trust the system's certificate authorities: only the system's store contains the authority of a
    proxy that inspects TLS.

    Changes nothing if the environment names authorities or if the system has no such file (macOS with its own Python);
    then requests trusts its own list.
    """
    if not {"REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"} & os.environ.keys():
        bundle = next((path for path in SYSTEM_BUNDLES if path.is_file() and path.stat().st_size > 0), None)
        if bundle is not None:
            os.environ["REQUESTS_CA_BUNDLE"] = str(bundle)


def _heal(jar: Jar, cache: Path, fetch: Fetch) -> str | None:
    """Repairs the jar's file; returns what went wrong, or None."""
    target = cache / jar.file_name
    if target.is_file():
        if sha256_of(target) == jar.sha256:
            return None
        target.unlink()
    with tempfile.TemporaryDirectory(dir=cache, prefix=".fetching-") as folder:
        try:
            fetched = fetch(jar, Path(folder))
            digest = sha256_of(fetched)
            if digest != jar.sha256:
                return f"  {jar.coordinate}: what was downloaded has sha256 {digest}, locked is {jar.sha256}"
            fetched.replace(target)
        except (DownloadFailed, OSError) as error:
            return f"  {jar.coordinate}: {_first_line(error)}"
    return None


def from_maven_central(jar: Jar, folder: Path) -> Path:
    """Downloads the jar without its dependencies into the folder; returns its file. Raises DownloadFailed."""
    from jgo.maven import MavenContext  # noqa: PLC0415  # half a second to import, and rarely needed
    from requests import RequestException  # noqa: PLC0415

    for attempt in range(1, ATTEMPTS + 1):
        context = MavenContext(repo_cache=folder / str(attempt), timeout=READ_TIMEOUT_SECONDS)
        artifact = context.project(jar.group, jar.artifact).at_version(jar.version).artifact()
        try:
            return Path(str(context.resolver.download(artifact)))
        except (RequestException, RuntimeError) as error:  # jgo raises RuntimeError if it is not found
            if attempt == ATTEMPTS:
                raise DownloadFailed(_first_line(error)) from error
            time.sleep(random.uniform(0.5, 1.0) * 2**attempt)  # noqa: S311  # jitter, not a secret
    raise AssertionError("unreachable: the last attempt returns or raises")


def _proven(jar: Jar, cache: Path, stamps: dict[str, list[str | int] | None]) -> bool:
    now = _stamp(cache / jar.file_name, jar)
    return now is not None and now == stamps.get(jar.file_name)


def sha256_of(path: Path) -> str:
    """The file's SHA-256 as lower-case hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _stamp(path: Path, jar: Jar) -> list[str | int] | None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return [jar.sha256, status.st_size, status.st_mtime_ns]


def _read_stamps(cache: Path) -> dict[str, list[str | int] | None]:
    try:
        return dict(json.loads((cache / STAMPS).read_text("utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return {}  # then every jar is hashed again


def _write_stamps(cache: Path, stamps: dict[str, list[str | int] | None]) -> None:
    with tempfile.NamedTemporaryFile("w", dir=cache, prefix=".stamps-", delete=False, encoding="utf-8") as file:
        json.dump(stamps, file)
    Path(file.name).replace(cache / STAMPS)


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
