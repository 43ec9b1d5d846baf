"""The version is the same wherever it is written, and all copies are written at once."""

import shutil
from pathlib import Path

import pytest

from pedidos import __version__
from pedidos_dev.release import places
from pedidos_dev.release.places import PLACES, ROOT, write, written


@pytest.fixture
def copies(tmp_path: Path) -> Path:
    for name in PLACES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_the_wheel_the_images_and_the_chart_have_one_version() -> None:
    assert {version for _, version in written()} == {__version__}
    assert {name for name, _ in written()} == PLACES.keys()
    assert sum(name.endswith("Chart.yaml") for name, _ in written()) == 2


def test_another_version_is_written_everywhere_and_changes_nothing_else(copies: Path) -> None:
    write("7.8.9-rc.1", copies)
    assert {version for _, version in written(copies)} == {"7.8.9-rc.1"}
    write(__version__, copies)
    for name in PLACES:
        assert (copies / name).read_text("utf-8") == (ROOT / name).read_text("utf-8")


def test_a_file_without_a_version_is_noticed(copies: Path) -> None:
    (copies / "pyproject.toml").write_text("[project]\n", "utf-8")
    assert ("pyproject.toml", "") in written(copies)


@pytest.mark.parametrize("version", ["1.2", "v1.2.3", "1.2.3+local", ""])
def test_what_is_no_version_is_refused(copies: Path, version: str) -> None:
    with pytest.raises(ValueError, match="is no version"):
        places.write(version, copies)
