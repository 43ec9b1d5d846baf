"""What a lesson leaves behind to be graded: the prediction, the figures, the verdict, and what was shown."""

from collections.abc import Mapping
from typing import Any

from pedidos_classroom.experiments.run_view import RunView
from pedidos_classroom.lessons.lesson import Lesson, Shown


def shown(lesson: Lesson, run: RunView | None) -> list[Shown]:
    """What the lesson's main experiment has shown; nothing before its verdicts, and for another experiment."""
    if run is None or run.card is not lesson.card or run.verdicts is None:
        return []
    return lesson.shows(run.result)


def exported(lesson: Lesson, run: Mapping[str, Any], view: RunView) -> dict[str, Any]:
    """The file. run: what the supervisor knows of the experiment; view: the same, as it is shown."""
    rows = [{"what": each.what.en, "evidence": each.evidence.en, "holds": each.holds} for each in shown(lesson, view)]
    return {"lesson": lesson.number, "right": lesson.card.right, "shown": rows, "run": run}


def file_name(lesson: Lesson) -> str:
    """Its usual name."""
    return f"lesson-{lesson.number}.json"
