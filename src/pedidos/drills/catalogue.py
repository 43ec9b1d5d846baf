"""All drills, in the order in which they are run."""

from pedidos.drills.drill import Drill
from pedidos.drills.faults import (
    api_killed,
    bridge_killed,
    broker_emptied,
    relay_killed,
    rolling_restart,
    steps_killed,
)

DRILLS: dict[str, Drill] = {
    module.DRILL.name: module.DRILL
    for module in (
        api_killed,
        relay_killed,
        bridge_killed,
        broker_emptied,
        steps_killed,
        rolling_restart,
    )
}
