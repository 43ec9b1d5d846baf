import os
from pathlib import Path

from pedidos_local.postbox.keeping import Keeper


def kept(folder: Path) -> set[bytes]:
    return {file.read_bytes() for file in (folder / "new").iterdir()}


def test_what_came_is_kept_as_it_came(tmp_path: Path) -> None:
    Keeper(tmp_path / "deep" / "mails", 5).keep(b"Subject: a\r\n\r\nb\r\n")
    assert kept(tmp_path / "deep" / "mails") == {b"Subject: a\r\n\r\nb\r\n"}


def test_the_newest_are_kept(tmp_path: Path) -> None:
    folder = tmp_path / "mails"
    for number in range(9):
        Keeper(folder, 5).keep(b"%d" % number)  # a new one counts what is there
        for age, file in enumerate(sorted((folder / "new").iterdir(), key=lambda file: int(file.read_bytes()))):
            os.utime(file, (age, age))
    assert sorted(map(int, kept(folder))) == [4, 5, 6, 7, 8]
