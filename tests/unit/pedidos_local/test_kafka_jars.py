"""Kafka's jars: what is missing or corrupted is fetched again, what cannot be had is named."""

import hashlib
from pathlib import Path

import pytest

from pedidos_local.kafka_jars import DownloadFailed, Fetch, Jar, JarsUnavailable, ensure, read_lock

CONTENT = b"a jar"
JAR = Jar("org.example", "thing", "1.0", hashlib.sha256(CONTENT).hexdigest())


def repository(content: bytes, asked: list[str]) -> Fetch:
    def fetch(jar: Jar, folder: Path) -> Path:
        asked.append(jar.coordinate)
        target = folder / "downloaded"
        target.write_bytes(content)
        return target

    return fetch


def test_a_missing_jar_is_fetched_once(tmp_path: Path) -> None:
    asked: list[str] = []
    fetch = repository(CONTENT, asked)
    files = [ensure([JAR], tmp_path / "cache", fetch) for _ in range(2)]
    assert files[0] == files[1] == [tmp_path / "cache" / "thing-1.0.jar"]
    assert asked == ["org.example:thing:1.0"]


@pytest.mark.parametrize("damage", [b"", b"a jaR", b"something longer"])
def test_a_corrupted_jar_is_replaced(tmp_path: Path, damage: bytes) -> None:
    asked: list[str] = []
    fetch = repository(CONTENT, asked)
    [file] = ensure([JAR], tmp_path, fetch)
    file.write_bytes(damage)
    ensure([JAR], tmp_path, fetch)
    assert file.read_bytes() == CONTENT
    assert len(asked) == 2


def test_a_jar_that_was_only_touched_is_not_fetched_again(tmp_path: Path) -> None:
    asked: list[str] = []
    [file] = ensure([JAR], tmp_path, repository(CONTENT, asked))
    file.touch()
    ensure([JAR], tmp_path, repository(CONTENT, asked))
    assert len(asked) == 1


def test_a_download_with_another_hash_is_refused_and_not_kept(tmp_path: Path) -> None:
    with pytest.raises(JarsUnavailable, match=r"org\.example:thing:1\.0.*sha256"):
        ensure([JAR], tmp_path, repository(b"evil", []))
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_downloaded_is_named_and_healed_later(tmp_path: Path) -> None:
    def unreachable(jar: Jar, folder: Path) -> Path:
        raise DownloadFailed(f"no way to {jar.artifact} for {folder.name}")

    with pytest.raises(JarsUnavailable, match=r"org\.example:thing:1\.0: no way to thing"):
        ensure([JAR], tmp_path, unreachable)
    assert ensure([JAR], tmp_path, repository(CONTENT, []))[0].read_bytes() == CONTENT


def test_broken_stamps_cost_only_the_hashing(tmp_path: Path) -> None:
    asked: list[str] = []
    ensure([JAR], tmp_path, repository(CONTENT, asked))
    (tmp_path / "verified.json").write_text("{")
    ensure([JAR], tmp_path, repository(CONTENT, asked))
    assert len(asked) == 1


def test_the_committed_lock_has_one_version_of_kafka_and_a_binding_for_its_logs() -> None:
    jars = read_lock()
    assert {jar.version for jar in jars if jar.group == "org.apache.kafka"} == {"4.3.1"}
    assert any(jar.artifact.startswith("log4j-slf4j") for jar in jars)
    assert all(len(jar.sha256) == 64 for jar in jars)
    assert len({jar.file_name for jar in jars}) == len(jars)
