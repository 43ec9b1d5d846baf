"""The drills of the exercise."""

from pedidos.domain.steps import Step
from pedidos_classroom.exercise.drills import drills_for


def test_hints_come_first_then_deaths_in_the_step_then_of_all_workers() -> None:
    drills = drills_for([Step.RESERVE])
    assert [drill.name for drill in drills] == ["hints-repeated", "exercise", "workers-killed"]
    assert "reserve" in drills[1].breaks
    assert len({repr(drill.changes) for drill in drills}) == 1  # they share a platform
