"""Orders run through the pipeline, and every consumer receives each event once, in order."""

from uuid import UUID

from kafka import TopicPartition

from pedidos.domain.order import PATH, Actor, Status
from pedidos.messaging.groups import BRIDGE
from pedidos.messaging.kafka import admin
from pedidos.messaging.topics import PLACED
from pedidos.steps.cancel import cancel
from tests.integration.pipeline.published import check_published
from tests.integration.pipeline.rig import Rig
from tests.integration.pipeline.topic import Topic, deduplicated
from tests.support.tables import events_of, rows, statuses
from tests.support.waiting import until

WAY = list(PATH)


def test_an_order_goes_to_confirmed(rig: Rig, events: Topic) -> None:
    (order_id,) = rig.place()
    rig.wait_for([order_id], "confirmed")
    told = events_of(rig.engine, order_id)
    assert [event.status for event in told] == WAY
    assert {event.detail.get("by") for event in told[1:]} == {"worker-1"}
    check_published(rig, events)
    records = [record for record in events.read() if record.key == str(order_id).encode()]
    assert [record.event["status"] for record in deduplicated(records)] == WAY
    assert len({record.partition for record in records}) == 1
    rig.check()


def test_three_hundred_orders_of_all_kinds(rig: Rig, events: Topic) -> None:
    few = rig.product(on_hand=10)
    ends: dict[UUID, str] = {}
    for token, count, end in (
        ("tok_ok", 200, "confirmed"),
        ("tok_declined", 40, "declined"),
        ("tok_error_then_ok", 12, "confirmed"),
        ("tok_error_after_charge", 12, "confirmed"),
        ("tok_cut", 12, "confirmed"),
        ("tok_timeout_after_charge", 4, "confirmed"),
    ):
        ends |= dict.fromkeys(rig.place(count, token), end)
    for_few = rig.place(20, product=few)
    rig.wait_for([*ends, *for_few])
    assert dict(zip(ends, statuses(rig.engine, list(ends)), strict=True)) == ends
    assert sorted(statuses(rig.engine, for_few)) == ["confirmed"] * 10 + ["unavailable"] * 10
    assert rows(rig.engine, "select * from dead_letters where order_id is not null") == []
    rig.check()
    check_published(rig, events)


def test_cancelled_on_the_way_and_the_money_goes_back(rig: Rig) -> None:
    charged_but_not_told = rig.place(10, "tok_timeout_after_charge")
    order_ids = [*rig.place(10), *charged_but_not_told]
    rig.wait_for(order_ids, "charging", "paid", "confirmed")
    for order_id in order_ids:
        assert cancel(rig.engine, order_id, Actor.CUSTOMER, "ana") is Status.CANCELLED
    unsettled = "select from payments where order_id = any(:i) and status not in ('refunded', 'voided')"
    until(lambda: not rows(rig.engine, unsettled, i=order_ids), "all refunds")
    assert statuses(rig.engine, order_ids) == ["cancelled"] * 20
    rig.check()


def shares(rig: Rig) -> dict[str, int]:
    """Partitions per member of the bridges' group; empty while they are being shared out."""
    with admin(rig.settings) as client:
        group = client.describe_groups([BRIDGE.id])[BRIDGE.id]
    if group["group_state"] != "Stable":
        return {}
    return {
        member["group_instance_id"]: sum(
            len(topic["partitions"]) for topic in member["member_assignment"]["assigned_partitions"]
        )
        for member in group["members"]
    }


def test_two_workers_and_two_bridges_share_the_work(rig: Rig, events: Topic) -> None:
    rig.start("worker-2", "bridge-2")
    half = rig.settings.partitions // 2
    until(lambda: shares(rig) == {"bridge-1": half, "bridge-2": half}, "an even share")
    order_ids: list[UUID] = []

    def both_work() -> bool:
        order_ids.extend(rig.place(10))
        return {"worker-1", "worker-2"} <= rig.workers_of(order_ids)

    until(both_work, "work for both")
    rig.wait_for(order_ids, "confirmed")
    rig.check()
    check_published(rig, events)
    # Both bridges have done work: each partition with records is committed to its end.
    with admin(rig.settings) as client:
        offsets = client.list_group_offsets(BRIDGE.id)[BRIDGE.id]
    assert {TopicPartition(PLACED, number) for number in range(rig.settings.partitions)} <= offsets.keys()
