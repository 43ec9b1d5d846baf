"""The notes of a release are the section of its version, which has a date."""

from pathlib import Path

import pytest

from pedidos_dev.release.notes import NoNotes, notes

TEXT = """# Changelog

## [Unreleased]

## [1.1.0] - 2026-12-01

### Added

- A thing.

## [1.0.0] - 2026-11-01

- The first.

## [0.9.0] - unreleased

- Something.
"""


@pytest.fixture
def changelog(tmp_path: Path) -> Path:
    path = tmp_path / "CHANGELOG.md"
    path.write_text(TEXT, "utf-8")
    return path


def test_they_are_the_section_of_the_version(changelog: Path) -> None:
    assert notes("1.1.0", changelog) == "### Added\n\n- A thing."
    assert notes("1.0.0", changelog) == "- The first."


@pytest.mark.parametrize("version", ["0.9.0", "2.0.0", "1.1", "Unreleased"])
def test_a_version_without_a_dated_section_has_none(changelog: Path, version: str) -> None:
    with pytest.raises(NoNotes, match="no section of the version with its date"):
        notes(version, changelog)
