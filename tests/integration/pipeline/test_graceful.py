"""SIGTERM: what was begun is finished, and what was held is handed over at once."""

import time

from tests.integration.pipeline.rig import USUAL, Rig
from tests.support.tables import rows
from tests.support.waiting import until

SESSION_SECONDS = 10.0
"""After so long without a sign of life Kafka gives a group member's partitions to others."""


def leader(rig: Rig) -> str | None:
    (row,) = rows(rig.engine, "select leader, lease_until > clock_timestamp() as leads from relay_positions")
    return row.leader if row.leads else None


def test_a_relay_hands_the_lead_over(rig: Rig) -> None:
    until(lambda: leader(rig) == "relay-1", "the lead of relay-1")
    rig.start("relay-2")
    rig.stop("relay-1")
    began = time.monotonic()
    until(lambda: leader(rig) == "relay-2", "the lead of relay-2")
    # It looks eight times in a lease, and its predecessor's would have been good for most of one.
    assert time.monotonic() - began < rig.settings.relay_lease_seconds / 2
    order_ids = rig.place(5)
    rig.wait_for(order_ids, "confirmed")


def test_a_bridge_leaves_its_group(rig: Rig) -> None:
    rig.ensure(*USUAL, "bridge-2")
    rig.stop("bridge-1")
    began = time.monotonic()
    order_ids = rig.place(30)
    rig.wait_for(order_ids, "confirmed")
    assert time.monotonic() - began < SESSION_SECONDS


def test_a_worker_finishes_what_it_has_begun(rig: Rig) -> None:
    order_ids = rig.place(60)
    charging = "select from orders where status in ('charging', 'paid', 'confirmed') and id = any(:ids)"
    until(lambda: rows(rig.engine, charging, ids=order_ids), "the first charges")
    rig.stop("worker-1")
    assert rows(rig.engine, "select from payments where status = 'pending' and order_id = any(:i)", i=order_ids) == []
    rig.start("worker-1")
    rig.wait_for(order_ids, "confirmed")
    asked = rows(rig.engine, "select order_id from payments where attempts > 1 and order_id = any(:i)", i=order_ids)
    assert asked == [], "no charge was asked for twice"
    rig.check()
