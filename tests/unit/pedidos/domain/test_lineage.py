"""Which log a record comes from."""

from uuid import UUID

from pedidos.domain.cursor import Cursor
from pedidos.domain.lineage import Heard, Log, Logs

THIS, BEFORE, OTHER = "aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb", "cccccccccccccccc"
LOGS = Logs(Log(THIS, after=100, begin=Cursor(7, 1), unnamed=0), frozenset({BEFORE}))


def heard(log: str, number: int) -> Heard:
    return Heard(log, number, Cursor(number, 1), UUID(int=number), 1)


def test_a_record_of_this_log_has_its_id_and_a_number_that_it_gave() -> None:
    assert LOGS.here(heard(THIS, 101))
    assert not LOGS.here(heard(THIS, 100))
    assert not LOGS.here(heard(BEFORE, 101))
    assert not LOGS.here(heard("", 101))


def test_a_record_of_an_older_version_has_no_id() -> None:
    first = Logs(Log(THIS, after=0, begin=Cursor(0, 0), unnamed=50), frozenset())
    assert first.here(heard("", 50))
    assert not first.here(heard("", 51)), "anybody can write that"
    assert not first.strange(heard("", 51))


def test_a_log_that_this_one_went_on_from_is_known() -> None:
    assert LOGS.before(heard(BEFORE, 3))
    assert not LOGS.strange(heard(BEFORE, 3))
    assert LOGS.strange(heard(OTHER, 3))
    assert not LOGS.before(heard(OTHER, 3))
