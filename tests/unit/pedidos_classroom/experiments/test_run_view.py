"""What a page makes of the lines of an experiment."""

from typing import Any

from pedidos_classroom.experiments import claim_names
from pedidos_classroom.experiments.names import FIGURES, HOW, INVARIANTS, STEPS
from pedidos_classroom.experiments.run_view import view_of
from pedidos_drills.ledger.judging import judge
from pedidos_drills.ledger.records import Evidence
from pedidos_drills.ledger.verdict import OWN


def run(*lines: dict[str, Any], ended: str | None = None) -> dict[str, Any]:
    return {"number": 1, "name": "workers-away", "prediction": "once", "by": "x", "ended": ended, "lines": list(lines)}


def figures(at: float, accepted: int, confirmed: int | None) -> dict[str, Any]:
    rest = dict.fromkeys(("answers", "waiting", "lag", "queued", "unpublished"), 0)
    return {"at": at, "figures": {"accepted": accepted, "confirmed": confirmed, **rest}}


def test_rates_are_per_second_and_unknown_where_a_server_was_silent() -> None:
    view = view_of(run(figures(1.0, 6, 2), figures(3.0, 18, 4), figures(4.0, 24, None), figures(5.0, 30, 9)))
    assert view is not None
    assert [each["accepted"] for each in view.rates] == [6.0, 6.0, 6.0]
    assert [each["confirmed"] for each in view.rates] == [1.0, None, None]


def test_the_time_in_which_something_was_broken() -> None:
    began, ended = {"at": 5.0, "step": "broken", "what": ""}, {"at": 20.0, "step": "mended", "what": ""}
    again = {"at": 30.0, "step": "broken", "what": ""}
    view = view_of(run({"at": 1.0, "step": "ordering", "what": ""}, began, ended, again))
    assert view is not None
    assert view.broken == [(5.0, 20.0), (30.0, None)]
    assert view.goes_on


def test_a_verdict_holds_only_if_all_rows_do() -> None:
    row = {"invariant": "money", "holds": True, "figures": {}, "findings": [], "more": 0}
    view = view_of(run({"at": 9.0, "verdicts": [row], "seconds": 5.8, "within": 60.0}, ended="done"))
    assert view is not None
    assert view.holds
    assert view.seconds == 5.8
    broken = view_of(run({"at": 9.0, "verdicts": [row, row | {"holds": False}]}, ended="done"))
    assert broken is not None
    assert not broken.holds


def test_there_is_nothing_to_see_without_an_experiment() -> None:
    assert view_of(None) is None
    assert view_of(run() | {"name": "of another version"}) is None


def test_the_page_has_words_for_what_the_ledger_says() -> None:
    verdicts = judge(Evidence([], [], [], [], [], {}, {}))
    assert {verdict.invariant for verdict in verdicts} | {OWN} == INVARIANTS.keys() == HOW.keys()
    assert {name for verdict in verdicts for name in verdict.figures} <= FIGURES.keys()
    assert {
        "starting",
        "ordering",
        "broken",
        "mended",
        "recovering",
        "judging",
        "said",
    } == STEPS.keys() - claim_names.STEPS.keys()
