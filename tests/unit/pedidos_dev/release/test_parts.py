"""The files of a release: what does not need a server, and what is said when a program is missing."""

import json
import re
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from pedidos import __version__
from pedidos_dev.cli import app
from pedidos_dev.release.command import Part
from pedidos_dev.release.parts import IMAGES, PARTS
from tests.support.checkout import ROOT


def test_the_bill_of_materials_is_of_this_version(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["build", str(tmp_path / "release"), "bill"])
    assert result.exit_code == 0, result.output
    (file,) = (tmp_path / "release").iterdir()
    assert file.name == f"pedidos-{__version__}.cdx.json"
    assert json.loads(file.read_text("utf-8"))["metadata"]["component"]["version"] == __version__
    assert str(file) in result.output.replace("\n", "")


@pytest.mark.parametrize(("part", "program"), [("chart", "helm"), ("images", "docker")])
def test_a_program_that_is_missing_is_named(
    part: str, program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    result = CliRunner().invoke(app, ["build", str(tmp_path / "release"), part])
    assert result.exit_code == 1
    assert f"{part}: {program} is not installed." in result.output


def test_every_part_can_be_asked_for() -> None:
    assert [*PARTS] == [*Part]


def test_the_images_are_targets_of_the_dockerfile() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    assert IMAGES.keys() <= set(re.findall(r"^FROM \S+ AS (\S+)$", dockerfile, re.MULTILINE))


def test_the_workflow_of_a_tag_builds_with_the_command_that_is_tested_here() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text("utf-8"))
    assert workflow[True] == {"push": {"tags": ["v*"]}}  # YAML 1.1 reads "on" as true
    steps = workflow["jobs"]["release"]["steps"]
    runs = [step.get("run", "") for step in steps]
    assert "./pedidos build release" in runs
    assert any(run.startswith(".venv/bin/python -m pedidos_dev.release.check") for run in runs)
    (attested,) = (step for step in steps if "attest-build-provenance@" in step.get("uses", ""))
    assert attested["with"] == {"subject-path": "release/*"}
    built, signed = runs.index("./pedidos build release"), steps.index(attested)
    published = next(number for number, run in enumerate(runs) if run.startswith("gh release create"))
    assert built < signed < published
