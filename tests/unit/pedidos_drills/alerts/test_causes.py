"""Every alert has a drill."""

from pedidos_drills.alerts.causes import DRILLS
from pedidos_local.monitoring.rules import every_alert


def test_every_alert_is_drilled_once() -> None:
    drilled = [alert for drill in DRILLS.values() for alert in drill.alerts]
    assert sorted(drilled) == sorted(alert.name for alert in every_alert())
