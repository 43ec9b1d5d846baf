"""The file of a lesson: the same from the page and from the terminal."""

from typing import Any

from pedidos_classroom.experiments.run_view import view_of
from pedidos_classroom.lessons.catalogue import LESSONS
from pedidos_classroom.lessons.export import exported, file_name, shown

LESSON = LESSONS[9]
VERDICTS = [
    {"invariant": name, "holds": name != "history", "figures": {"events": 7, "dead_letters": 0}}
    for name in ("money", "history", "nothing stuck")
]


def run(name: str, *lines: dict[str, Any]) -> dict[str, Any]:
    return {"number": 1, "name": name, "prediction": "once", "by": "x", "ended": "done", "lines": list(lines)}


def test_it_has_the_prediction_what_is_right_and_what_was_shown() -> None:
    made = run(LESSON.card.name, {"at": 9.0, "verdicts": VERDICTS, "seconds": 1.0, "within": 90.0})
    view = view_of(made)
    assert view is not None
    file = exported(LESSON, made, view)
    assert (file["lesson"], file["right"], file["run"]) == (9, "once", made)
    assert [each["holds"] for each in file["shown"]] == [True, False, True]
    assert file["shown"][1]["evidence"] == "7 events, all allowed and in order."
    assert file_name(LESSON) == "lesson-9.json"


def test_before_the_verdict_and_for_another_experiment_nothing_was_shown() -> None:
    assert shown(LESSON, None) == []
    assert shown(LESSON, view_of(run(LESSON.card.name))) == []
    other = run("workers-away", {"at": 9.0, "verdicts": VERDICTS, "seconds": 1.0, "within": 90.0})
    assert shown(LESSON, view_of(other)) == []
