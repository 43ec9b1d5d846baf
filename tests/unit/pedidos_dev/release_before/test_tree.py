"""The files of a commit in a folder of their own; and what is said where there is no history."""

from pathlib import Path

import pytest

from pedidos_dev.release_before import tree
from pedidos_dev.release_before.record import before
from pedidos_dev.release_before.tree import NoHistory, commit_of, git, unpack


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is no checkout, as if the files had been exported."""
    monkeypatch.setattr(tree, "ROOT", tmp_path)
    return tmp_path


def test_a_commit_has_a_full_id() -> None:
    assert git("rev-parse", "HEAD") is None or commit_of("HEAD") == git("rev-parse", "HEAD")


def test_the_release_before_is_unpacked(tmp_path: Path) -> None:
    try:
        unpacked = unpack(before().commit, tmp_path / "tree")
    except NoHistory as why:
        pytest.skip(str(why))
    assert (unpacked.folder / "pedidos").stat().st_mode & 0o100
    assert unpacked.newest_migration() == before().revision
    assert [each.name for each in tmp_path.iterdir()] == ["tree"]


def test_files_without_a_history_are_told_so(elsewhere: Path) -> None:
    with pytest.raises(NoHistory, match=f"{elsewhere} is no checkout of git"):
        unpack(before().commit, elsewhere / "tree")
    assert not (elsewhere / "tree").exists()


def test_a_commit_that_is_not_there_is_told_with_what_to_do() -> None:
    if git("rev-parse", "HEAD") is None:
        pytest.skip("these files have no history")
    with pytest.raises(NoHistory, match="git fetch --unshallow --tags"):
        commit_of("f" * 40)
