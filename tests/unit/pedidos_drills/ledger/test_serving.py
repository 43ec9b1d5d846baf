"""Requests that were served, and faults that were over in time."""

from dataclasses import replace

from pedidos_drills.ledger.records import Recovery
from tests.unit.pedidos_drills.ledger.damages.serving import HELD_UP
from tests.unit.pedidos_drills.ledger.faithful import broken, faithful


def test_bystanders_that_were_served_and_recoveries_in_time_hold() -> None:
    assert not broken(replace(faithful(), bystanders=[HELD_UP], recoveries=[Recovery("a kill", 4.9, within=5.0)]))
