"""A file is read again when it has changed, and only then."""

from pathlib import Path

import pytest

from pedidos.errors import Misconfigured
from pedidos.watched_file import WatchedFile


class Reader:
    """Counts how often the file is read."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, path: Path) -> str:
        self.times += 1
        if not path.exists() or path.read_text() == "bad":
            raise Misconfigured("it is bad")
        return path.read_text()


def replace(path: Path, text: str) -> None:
    other = path.with_name("other")
    other.write_text(text)
    other.replace(path)


def test_it_is_read_once_per_change(tmp_path: Path) -> None:
    path, reader = tmp_path / "file", Reader()
    path.write_text("one")
    watched = WatchedFile(path, reader)
    for text in ("one", "two", "three"):
        replace(path, text)
        assert {watched.fresh() for _ in range(100)} == {text}
    assert reader.times == 4


def test_the_last_good_value_stays(tmp_path: Path) -> None:
    path, reader = tmp_path / "file", Reader()
    path.write_text("one")
    watched = WatchedFile(path, reader)
    replace(path, "bad")
    assert {watched.fresh() for _ in range(100)} == {"one"}
    assert reader.times == 2
    path.unlink()
    assert watched.fresh() == "one"
    path.write_text("two")
    assert watched.fresh() == "two"


def test_what_cannot_be_read_at_first_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("bad")
    with pytest.raises(Misconfigured):
        WatchedFile(path, Reader())
