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


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A docker that writes down what it is asked for, and fails when it should build the edge, if the file says so."""
    folder = tmp_path / "bin"
    folder.mkdir()
    asked = tmp_path / "asked"
    script = folder / "docker"
    script.write_text(
        f'#!/bin/sh\necho "$*" >> {asked}\n'
        f'[ -e {tmp_path}/broken ] && case "$*" in *"--target edge"*) echo why; exit 1;; esac\n'
        "exit 0\n"
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return asked


def test_each_image_is_built_with_its_provenance_by_a_builder_that_is_removed(docker: Path, tmp_path: Path) -> None:
    assert CliRunner().invoke(app, ["build", str(tmp_path / "release"), "images"]).exit_code == 0
    created, *built, removed = docker.read_text("utf-8").splitlines()
    builder = created.rpartition(" ")[2]
    assert created == f"buildx create --driver docker-container --name {builder}"
    assert removed == f"buildx rm {builder}"
    for (target, name), line in zip(IMAGES.items(), built, strict=True):
        assert f"--builder {builder} --target {target} --build-arg VERSION={__version__} --provenance=mode=max" in line
        assert f"--output type=oci,dest={tmp_path}/release/{name}-{__version__}.oci.tar" in line


def test_the_builder_is_removed_when_an_image_cannot_be_built(docker: Path, tmp_path: Path) -> None:
    (tmp_path / "broken").touch()
    result = CliRunner().invoke(app, ["build", str(tmp_path / "release"), "images"])
    assert result.exit_code == 1
    assert "images: docker buildx build failed:\nwhy" in result.output
    assert docker.read_text("utf-8").splitlines()[-1].startswith("buildx rm pedidos-")


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
