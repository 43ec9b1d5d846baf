"""The filter in an address: what it means, that it survives, and that nonsense means nothing."""

from urllib.parse import parse_qsl

import pytest

from pedidos.processes.web.operator.dead_letters.filters import MOST_CAUSE, MOST_SEARCHED, Shown
from pedidos.storage.dead_letters.letters import Filter


def test_all_open_letters_need_no_address() -> None:
    assert Shown.of({}).query == ""
    assert Shown.of({}).filter() == Filter()


def test_a_filter_survives_its_own_address() -> None:
    given = {"source": "bridge", "status": "any", "text": "a&b=c é", "since": "1d", "cause": "It’s “…” & <b>"}
    shown = Shown.of(given)
    assert Shown.of(dict(parse_qsl(shown.query))) == shown
    wanted = shown.filter()
    assert (wanted.source, wanted.status, wanted.reason, wanted.cause) == ("bridge", None, "a&b=c é", given["cause"])
    assert wanted.since is not None
    assert dict(parse_qsl(shown.about("worker", "x")))["source"] == "worker"


@pytest.mark.parametrize("given", [{"source": "x"}, {"status": "<b>"}, {"since": "yesterday"}, {"unknown": "1"}])
def test_what_is_not_known_is_left_out(given: dict[str, str]) -> None:
    assert Shown.of(given) == Shown()


def test_long_texts_are_cut_and_cannot_break_lines() -> None:
    shown = Shown.of({"text": "x\0" * 10_000, "cause": "y\n" * 10_000})
    assert (len(shown.text), len(shown.cause)) == (MOST_SEARCHED, MOST_CAUSE)
    assert shown.text.isprintable()
    assert shown.cause.isprintable()
    assert len(Shown.of({"text": "\U0001f600" * 10_000, "cause": "\U0001f600" * 10_000}).query) < 8000
