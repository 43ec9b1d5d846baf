import re
from collections import Counter
from pathlib import Path

import pedidos
from pedidos.crash_points import CrashPoint, begun, committed, points_of
from pedidos.domain.steps import FIRST, Step
from pedidos_drills import random_faults
from pedidos_drills.faults import compensation_killed, fused_killed, notifier_killed, steps_killed, subscribers_fail

SOURCE = "\n".join(path.read_text("utf-8") for path in Path(pedidos.__file__).parent.rglob("*.py"))


def test_each_point_is_reached_in_one_place() -> None:
    reached = Counter(re.findall(r"reach\(CrashPoint\.(\w+)\)", SOURCE))
    assert reached == Counter(point.name for point in CrashPoint)


def test_a_step_has_its_own_points_between_the_two_that_all_have() -> None:
    assert points_of(Step.CHARGE) == (
        begun(Step.CHARGE),
        CrashPoint.CHARGE_INTENDED,
        CrashPoint.CHARGE_ANSWERED,
        CrashPoint.CHARGE_UNDOING,
        committed(Step.CHARGE),
    )
    assert points_of(Step.CONFIRM) == (begun(Step.CONFIRM), committed(Step.CONFIRM))


def test_the_drills_know_every_point() -> None:
    compensated = {point for point, _ in compensation_killed.DEATHS}
    others = {CrashPoint.EXPIRE_UNACCEPTED, CrashPoint.UNDO_PART_ANSWERED}  # of merchant-asleep and parts-returned
    notified = {*notifier_killed.POINTS, *subscribers_fail.POINTS}
    drilled = {*steps_killed.POINTS, *fused_killed.POINTS, *notified, *others}
    assert {*random_faults.OTHER_POINTS, *drilled, *compensated} >= {begun(FIRST), *CrashPoint}
