"""Log files: bounded, followed across a rotation."""

import errno
import os
from pathlib import Path

import pytest

from pedidos_local import logfiles


def test_rotates_and_keeps_what_the_writer_has_open(tmp_path: Path) -> None:
    path = tmp_path / "worker-1.log"
    descriptor = logfiles.open_for_append(path)
    try:
        for number in range(4):
            os.write(descriptor, f"cut off\nline {number}\n".encode())
            assert logfiles.rotate(path, max_bytes=len("line 0\n"))
        os.write(descriptor, b"newest\n")
    finally:
        os.close(descriptor)
    assert path.read_text() == "newest\n"
    assert (tmp_path / "worker-1.log.1").read_text() == "line 3\n"
    assert (tmp_path / "worker-1.log.2").read_text() == "line 2\n"
    assert len(list(tmp_path.iterdir())) == 3


def test_small_and_missing_files_stay_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "api-1.log"
    assert not logfiles.rotate(path)
    path.write_text("short")
    assert not logfiles.rotate(path)
    assert path.read_text() == "short"


def test_what_a_full_disk_does_not_take_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(_source: Path, copy: Path, _most: int) -> None:
        copy.write_text("a pa", "utf-8")
        raise OSError(errno.ENOSPC, "No space left on device")

    path = tmp_path / "worker-1.log"
    (tmp_path / "worker-1.log.1").write_text("older\n")
    path.write_text("a part of this\n")
    monkeypatch.setattr(logfiles, "copy_end", fill)
    with pytest.raises(OSError, match="No space left"):
        logfiles.rotate(path, max_bytes=5)
    assert path.read_text() == ""
    assert not (tmp_path / "worker-1.log.1").exists()
    assert (tmp_path / "worker-1.log.2").read_text() == "older\n"


def test_tail(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    assert logfiles.tail(path, 3) == []
    path.write_bytes(b"\xff\n" + b"".join(b"line %d\n" % number for number in range(20000)))
    assert logfiles.tail(path, 2) == ["line 19998", "line 19999"]
    assert logfiles.tail(path, 0) == []


def test_follows_whole_lines_across_a_rotation(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    path.write_text("old\n")
    follower = logfiles.Follower(path)
    with path.open("a") as file:
        file.write("first\nsec")
    assert list(follower.lines()) == ["first"]
    with path.open("a") as file:
        file.write("ond\n")
    assert list(follower.lines()) == ["second"]
    assert list(follower.lines()) == []
    logfiles.rotate(path, max_bytes=5)
    with path.open("a") as file:
        file.write("new\n")
    assert list(follower.lines()) == ["new"]


def test_a_file_that_comes_later_is_followed_from_its_start(tmp_path: Path) -> None:
    follower = logfiles.Follower(tmp_path / "later.log")
    assert list(follower.lines()) == []
    (tmp_path / "later.log").write_text("here\n")
    assert list(follower.lines()) == ["here"]
