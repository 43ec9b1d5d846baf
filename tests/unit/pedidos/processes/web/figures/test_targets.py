"""Where the processes are that serve figures."""

import json
from pathlib import Path

from pedidos.processes.web.figures.targets import Target, finder


def write(folder: Path, name: str, text: str | None = None) -> None:
    target = [{"targets": ["127.0.0.1:9"], "labels": {"job": name.partition("-")[0], "instance": name}}]
    (folder / f"{name}.json").write_text(text if text is not None else json.dumps(target))


def test_they_are_in_the_files_beside_our_own(tmp_path: Path) -> None:
    find = finder(None, tmp_path / "web-1.json")
    assert find() == []
    write(tmp_path, "web-1")
    write(tmp_path, "worker-1")
    assert find() == [Target("web-1", "web", "127.0.0.1:9"), Target("worker-1", "worker", "127.0.0.1:9")]
    for damaged in ("", "{}", "[1]", "[{}]", '[{"targets": [], "labels": {"job": "a", "instance": "b"}}]'):
        write(tmp_path, "worker-1", damaged)
        assert find() == [Target("web-1", "web", "127.0.0.1:9")]


def test_or_at_the_addresses_of_named_hosts(tmp_path: Path) -> None:
    find = finder(
        "api=127.0.0.1:9100, worker=localhost:9101,relay=there.is.no.such.host.invalid:1", tmp_path / "x.json"
    )
    found = find()
    assert found[0] == Target("api", "api", "127.0.0.1:9100")
    assert {each.kind for each in found} == {"api", "worker"}
    assert all(each.address.endswith(":9101") for each in found[1:])


def test_without_either_there_are_none() -> None:
    assert finder(None, None)() == []
