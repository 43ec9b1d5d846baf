"""A tag is released only if it, the files and the changelog say the same version."""

import pytest

from pedidos import __version__
from pedidos_dev.release import check
from pedidos_dev.release.check import problems
from pedidos_dev.release.notes import NoNotes


def dated(_version: str) -> str:
    return "- A thing."


def test_nothing_is_wrong_when_all_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "notes", dated)
    assert list(problems(f"v{__version__}")) == []


def test_another_tag_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "notes", dated)
    assert list(problems("v99.0.0")) == [
        f"The tag is v99.0.0, pedidos.__version__ says {__version__}: tag the commit that has the version."
    ]


def test_a_file_of_another_version_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "notes", dated)
    monkeypatch.setattr(check, "written", lambda: iter([("pyproject.toml", "0.0.1")]))
    assert list(problems(f"v{__version__}")) == [
        f"pyproject.toml has the version 0.0.1, pedidos.__version__ says {__version__}."
    ]


def test_a_changelog_without_the_version_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_version: str) -> str:
        raise NoNotes("no section")

    monkeypatch.setattr(check, "notes", missing)
    assert list(problems(f"v{__version__}")) == ["no section"]
