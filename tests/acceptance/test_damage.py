"""What a power cut may leave of each file in the state folder: `up` makes it whole and says so, or says what to do."""

import os
import signal
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from tests.support.platform import Platform, platform_in

MADE_WHOLE = (
    *("platform.env", "keys/jwks.json", "keys/next.pem", "keys/refresh.key", "certificates/*", "run/*", "logs/*"),
    *("caddy/*", "gateway/book.sqlite-shm", "figures/*", "postbox/*.pem"),
    *("postgres/data/postmaster.pid", "postgres/data/postgresql.conf", "postgres/data/pg_hba.conf"),
    *("valkey/*", "kafka/cluster-id", "kafka/1/server.properties", "kafka/1/log4j2.properties"),
    *("kafka/1/data/meta.properties", "kafka/1/data/*-checkpoint", "kafka/1/data/bootstrap.checkpoint"),
    *("kafka/1/data/*/quorum-state", "kafka/1/data/pedidos.orders.events-0/partition.metadata"),
)
REFUSED = {
    "secrets.json": "Put a copy of it back",
    "keys/signing.pem": "Put a copy of it back, or remove it",
    "gateway/book.sqlite": "put a copy of it back",
    "postgres/data/global/pg_control": "put a copy of",
}
THE_SERVERS_OWN = (
    *(
        "postgres/*",
        "gateway/book.sqlite-wal",
        "postbox/mails/*",
        "valkey/data.set-aside/*",
        "kafka/1/meta.properties.copy",
    ),
    *("kafka/1/data/*.log", "kafka/1/data/*index", "kafka/1/data/*/partition.metadata", "kafka/1/data/*.snapshot"),
    *("kafka/1/data/.lock", "kafka/1/data/.kafka_cleanshutdown", "kafka/1/data/__cluster_metadata-0/*"),
)
"""Written by a server so that it survives a power cut, or not needed while the other copy is there."""

DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "cut short": lambda content: content[: len(content) // 2],
    "zeros at the end": lambda content: content + bytes(512),
    "another file's": lambda _: bytes(range(256)),
}


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with platform_in(tmp_path_factory.mktemp("damage") / "state") as made:
        made.run("up", "-d")
        yield made
        made.run("down")
        made.run("reset", "--yes")


def cut_power(platform: Platform) -> None:
    for pid in platform.pids().values():
        os.kill(pid, signal.SIGKILL)


def files(platform: Platform) -> dict[str, Path]:
    """By name: the path in the state folder. As root, PostgreSQL's are elsewhere."""
    found = {
        str(path.relative_to(platform.state_dir)): path for path in platform.state_dir.rglob("*") if path.is_file()
    }
    moved = platform.state_dir / "postgres" / "moved-to"
    if moved.exists():
        home = Path(moved.read_text("utf-8"))
        found |= {f"postgres/{path.relative_to(home)}": path for path in (home / "data").rglob("*") if path.is_file()}
    return found


def is_of(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def test_every_file_has_been_thought_of(platform: Platform) -> None:
    unknown = [name for name in files(platform) if not is_of(name, (*MADE_WHOLE, *REFUSED, *THE_SERVERS_OWN))]
    assert unknown == []


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_can_be_made_again_is(platform: Platform, damage: str) -> None:
    cut_power(platform)
    for name, path in files(platform).items():
        if is_of(name, MADE_WHOLE):
            path.write_bytes(DAMAGES[damage](path.read_bytes()))
    said = platform.run("up", "-d")
    assert "All is ready" in said
    assert "clients have to trust the new one" in said or damage == "zeros at the end"
    assert "held only hints" in said
    assert "confirmed" in platform.run("order")


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_made_again_is_refused_with_what_to_do(platform: Platform, name: str) -> None:
    platform.run("down")
    path = files(platform)[name]
    whole = path.read_bytes()
    path.write_bytes(b"")
    try:
        said = platform.run("up", "-d", code=2 if name == "secrets.json" else 1)
        assert REFUSED[name] in " ".join(said.split())
        assert path.read_bytes() == b""
    finally:
        path.write_bytes(whole)
    assert "All is ready" in platform.run("up", "-d")
