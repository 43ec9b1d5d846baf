"""A book that is damaged is refused and left as it is; one that was never finished is made again."""

from contextlib import closing
from pathlib import Path

import pytest

from pedidos_gateway import book
from pedidos_gateway.book_file import Damaged
from pedidos_gateway.intents import book as intents_book
from pedidos_gateway.serving import Entries, OpenBook

BOOKS: dict[OpenBook, str] = {
    book.open_book: "insert into charges (key, status, attempts, created_at, token) values (?, 'declined', 1, 0, ?)",
    intents_book.open_book: "insert into keys (key, members, status, answer, created_at) values (?, '', 200, ?, 0)",
}


@pytest.mark.parametrize("open_book", BOOKS)
@pytest.mark.parametrize("damage", ["empty", "cut short", "another file's", "only the journal is left"])
def test_a_damaged_book_is_refused_and_left_as_it_is(tmp_path: Path, open_book: OpenBook, damage: str) -> None:
    path = tmp_path / "book.sqlite"
    with closing(open_book(path)) as written:
        written.executemany(BOOKS[open_book], [(str(number), "x" * 1000) for number in range(50)])
    whole = path.read_bytes()
    match damage:
        case "empty":
            path.write_bytes(b"")
        case "cut short":
            path.write_bytes(whole[: len(whole) // 2])
        case "another file's":
            path.write_bytes(b"?" * 5000)
        case _:
            path.rename(tmp_path / "book.sqlite-wal")
    left = {each.name: each.read_bytes() for each in tmp_path.iterdir()}
    with pytest.raises(Damaged, match="put a copy of it back"):
        open_book(path)
    assert {name: (tmp_path / name).read_bytes() for name in left} == left


@pytest.mark.parametrize(("open_book", "entries"), [(each.open_book, each.entries) for each in (book, intents_book)])
def test_a_book_that_was_never_finished_is_made_again(tmp_path: Path, open_book: OpenBook, entries: Entries) -> None:
    (tmp_path / "book.sqlite.new").write_bytes(b"")
    with closing(open_book(tmp_path / "book.sqlite")) as made:
        assert list(entries(made)) == []
    assert [path.name for path in tmp_path.iterdir()] == ["book.sqlite"]
