"""What the platform is built from is found in the files that name it."""

import re
from pathlib import Path

import pytest

from pedidos_dev.supply_chain.components import VENDORED, Component, Kind, components

ROOT = Path(__file__).parents[4]


@pytest.fixture(scope="module")
def every() -> list[Component]:
    return components()


def named(every: list[Component], kind: Kind, purl_type: str) -> dict[str, Component]:
    return {each.purl.name: each for each in every if each.kind is kind and each.purl.type == purl_type}


def test_each_package_of_each_lock_is_there(every: list[Component]) -> None:
    locked = {
        line.split("==")[0]
        for file in ROOT.glob("locks/*.txt")
        for line in file.read_text().splitlines()
        if "==" in line
    }
    assert set(named(every, Kind.LIBRARY, "pypi")) == {name.lower() for name in locked}
    flask = named(every, Kind.LIBRARY, "pypi")["flask"]
    assert flask.purl.version
    assert {"locks/runtime.txt", "locks/dev.txt"} <= set(flask.found_in)


def test_packages_of_node_are_there(every: list[Component]) -> None:
    assert "pkg:npm/%40asyncapi/parser@3.6.3" in {each.name for each in every}
    found = named(every, Kind.LIBRARY, "npm")
    assert len(found) > 100
    assert found["restate-server-linux-x64"].found_in == ("locks/restate/package-lock.json",)


def test_files_of_others_in_the_repository_are_there(every: list[Component]) -> None:
    found = named(every, Kind.LIBRARY, "npm")
    assert found["htmx.org"].found_in == ("src/pedidos/processes/web/vendor.toml",)
    assert {str(file.relative_to(ROOT)) for file in ROOT.glob("*/**/vendor.toml")} <= set(VENDORED)


def test_jars_have_their_hashes(every: list[Component]) -> None:
    kafka = named(every, Kind.LIBRARY, "maven")["kafka_2.13"]
    assert (kafka.purl.namespace, kafka.found_in) == ("org.apache.kafka", ("locks/kafka.lock",))
    assert re.fullmatch("[0-9a-f]{64}", kafka.sha256 or "")


def test_servers_are_named_by_their_own_versions(every: list[Component]) -> None:
    servers = named(every, Kind.SERVER, "bitnami")
    assert set(servers) == {"postgresql", "valkey", "caddy", "java"}
    assert re.fullmatch(r"\d+\.\d+", servers["postgresql"].purl.version or "")
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", servers[name].purl.version or "") for name in ("valkey", "caddy", "java"))


def test_images_are_those_of_others(every: list[Component]) -> None:
    images = {each.name for each in every if each.kind is Kind.IMAGE}
    assert {"pkg:docker/apache/kafka@4.3.1", "pkg:docker/postgres@18", "pkg:docker/caddy@2"} <= images
    assert any(name.startswith("pkg:docker/python@3.") and name.endswith("-slim") for name in images)
    assert not any("pedidos" in name for name in images)


def test_actions_are_pinned_by_commit(every: list[Component]) -> None:
    actions = [each for each in every if each.kind is Kind.ACTION]
    assert {each.purl.name for each in actions} >= {"checkout", "setup-python"}
    assert [each.name for each in actions if not re.fullmatch("[0-9a-f]{40}", each.purl.version or "")] == []
