"""Orders that their merchants accepted in time, or that ended as they should."""

import pytest

from pedidos.domain.order import Status
from tests.unit.pedidos_drills.ledger.damages.people import MISSED, WAITING, with_wait
from tests.unit.pedidos_drills.ledger.faithful import broken, faithful


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"accepted_at": 160.0},
        MISSED,
        WAITING | {"now": 159.0},
        WAITING | {"status": Status.CANCELLED},
    ],
    ids=["in time", "at the last moment", "missed", "still waiting", "cancelled by its customer"],
)
def test_a_wait_that_ends_as_it_should_is_accepted(changes: dict[str, object]) -> None:
    assert broken(with_wait(faithful(), **changes)) == set()
