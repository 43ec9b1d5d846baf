"""What a terminal shows of an experiment that has ended, in both languages."""

from io import StringIO
from typing import Any

from rich.console import Console

from pedidos.texts import ENGLISH, PORTUGUESE
from pedidos_classroom.cli.language import Language
from pedidos_classroom.cli.verdict import VerdictText
from pedidos_classroom.experiments.measures.claim import NOT_SO
from pedidos_classroom.experiments.run_view import view_of

HOLDS = {"invariant": "money", "holds": True, "figures": {"captured_cents": 123_450}, "findings": [], "more": 0}
BROKEN = {
    "invariant": "nothing lost",
    "holds": False,
    "figures": {"accepted": 90},
    "findings": [{"finding": "still charging", "order": "0191"}, {"finding": NOT_SO, "order": None}],
    "more": 3,
}


def figures(at: float, accepted: int) -> dict[str, Any]:
    rest = dict.fromkeys(("answers", "confirmed", "waiting", "lag", "queued", "unpublished"), 0)
    return {"at": at, "figures": {**rest, "accepted": accepted}}


def shown(locale: str, *lines: dict[str, Any], ended: str = "done", prediction: str = "once") -> str:
    run = {"name": "workers-away", "prediction": prediction, "by": "x", "ended": ended, "lines": list(lines)}
    view = view_of(run)
    assert view is not None
    out = StringIO()
    VerdictText(Console(file=out, width=120), Language(locale)).show(view)
    return out.getvalue()


def test_verdicts_with_money_and_numbers_of_the_language() -> None:
    end = {"at": 9.0, "verdicts": [HOLDS], "seconds": 5.8, "within": 60.0}
    english, portuguese = shown(ENGLISH, end), shown(PORTUGUESE, end)
    assert "Everything holds" in english
    assert "It is what you predicted." in english
    assert "5.8 s after the fault; at most 60 s" in english
    assert "R$1,234.50" in english
    assert "Tudo confere" in portuguese
    assert "R$\xa01.234,50" in portuguese
    assert "5,8 s" in portuguese


def test_what_is_broken_is_said_with_its_findings() -> None:
    text = shown(PORTUGUESE, {"at": 9.0, "verdicts": [HOLDS, BROKEN], "seconds": None, "within": None})
    assert "Algo não confere" in text
    assert "still charging 0191" in text
    assert "Os números dizem outra coisa." in text
    assert "3" in text.rpartition("Os números")[2]


def test_another_prediction_is_compared_with_what_happened() -> None:
    text = shown(ENGLISH, {"at": 9.0, "verdicts": [HOLDS], "seconds": None, "within": None}, prediction="lost")
    assert "You predicted otherwise. What happened: They wait, and end once." in text


def test_the_time_in_which_something_was_broken_stands_below_the_figures() -> None:
    lines = [figures(float(at), 6 * at) for at in range(1, 12)]
    broken = [{"at": 4.5, "step": "broken", "what": ""}, {"at": 7.5, "step": "mended", "what": ""}]
    text = shown(ENGLISH, *lines, *broken, {"at": 12.0, "verdicts": [HOLDS], "seconds": None, "within": None})
    plot = {line.split("  ")[0].strip(): line for line in text.splitlines()}
    assert plot["accepted per second"].count("█") == 10
    assert "at most 6" in plot["accepted per second"]
    assert plot["broken"].count("■") == 3


def test_an_experiment_that_ended_early_has_no_verdict() -> None:
    text = shown(ENGLISH, {"at": 1.0, "step": "ordering", "what": ""}, ended="it was stopped")
    assert "There is no verdict: the experiment ended early." in text
    assert "it was stopped" in text
