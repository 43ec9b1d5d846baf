"""Every alert has a drill, or a reason why it has none."""

from pedidos_drills.alerts.causes import DRILLS, NOT_DRILLED
from pedidos_local.monitoring.rules import every_alert


def test_every_alert_is_drilled_once_or_there_is_a_reason() -> None:
    drilled = [alert for drill in DRILLS.values() for alert in drill.alerts]
    assert sorted([*drilled, *NOT_DRILLED]) == sorted(alert.name for alert in every_alert())
