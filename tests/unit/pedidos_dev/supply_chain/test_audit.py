"""The audit fails for what it should, and needs no network."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from packageurl import PackageURL
from typer.testing import CliRunner

from pedidos_dev.cli import app
from pedidos_dev.supply_chain import components as listing
from pedidos_dev.supply_chain import snapshot
from pedidos_dev.supply_chain.audit import findings
from pedidos_dev.supply_chain.components import Component, Kind
from pedidos_dev.supply_chain.snapshot import NoSnapshot, Snapshot, read

NOW = datetime(2026, 6, 15, tzinfo=UTC)
FLASK = Component(Kind.LIBRARY, PackageURL("pypi", None, "flask", "0.1"), ("locks/runtime.txt",))
IMAGE = Component(Kind.IMAGE, PackageURL("docker", None, "postgres", "18"), ("compose.yaml",))
ACTION = Component(Kind.ACTION, PackageURL("github", "actions", "checkout", "0" * 40), ("ci.yml",))
ADVISORY = {"id": "GHSA-1", "summary": "It leaks.", "affected": []}


def found(covered: dict[str, list[str]], age: timedelta = timedelta(0), *components: Component) -> list[str]:
    taken = Snapshot(NOW - age, covered, {"GHSA-1": ADVISORY})
    return list(findings(components or (FLASK, ACTION), taken, NOW))


def test_what_is_covered_and_not_vulnerable_passes() -> None:
    assert found({FLASK.name: []}) == []


def test_a_hit() -> None:
    assert found({FLASK.name: ["GHSA-1"]}) == ["pkg:pypi/flask@0.1 (locks/runtime.txt): GHSA-1, It leaks."]


@pytest.mark.parametrize("component", [FLASK, IMAGE])
def test_a_component_that_is_not_covered(component: Component) -> None:
    (line,) = found({"pkg:pypi/flask@0.2": []}, timedelta(0), component)
    assert line == f"{component.name} ({component.found_in[0]}) is not covered by the snapshot."


@pytest.mark.parametrize(("days", "fails"), [(0, False), (14, False), (15, True), (-2, True)])
def test_a_snapshot_has_an_age(days: int, fails: bool) -> None:
    assert bool(found({FLASK.name: []}, timedelta(days=days))) == fails


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    taken = Snapshot(NOW, {FLASK.name: ["GHSA-1"]}, {"GHSA-1": ADVISORY})
    taken.write(tmp_path / "advisories.json")
    assert read(tmp_path / "advisories.json") == taken


@pytest.mark.parametrize("content", ["", "[]", '{"taken_at": "2026-06-15T00:00:00"}', '{"taken_at": "x"}'])
def test_what_cannot_be_read_is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "advisories.json").write_text(content)
    with pytest.raises(NoSnapshot, match="cannot be read"):
        read(tmp_path / "advisories.json")


def test_the_command_fails_without_a_snapshot_and_for_a_hit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "advisories.json"
    monkeypatch.setattr(snapshot.read, "__defaults__", (file,))
    monkeypatch.setattr(listing, "components", lambda: [FLASK])

    def run() -> tuple[int, str]:
        done = CliRunner().invoke(app, ["audit-dependencies"])
        return done.exit_code, done.output

    assert run() == (
        1,
        "Nothing was compared: there is no advisories.json. Make one: ./pedidos audit-dependencies --refresh\n",
    )
    Snapshot(datetime.now(UTC), {FLASK.name: []}, {}).write(file)
    assert run() == (0, "1 components, 0 findings\n")
    Snapshot(datetime.now(UTC), {FLASK.name: ["GHSA-1"]}, {"GHSA-1": ADVISORY}).write(file)
    assert run()[0] == 1
