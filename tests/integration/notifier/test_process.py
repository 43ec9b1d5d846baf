"""The notifier as a process: reads Kafka, writes mails, sends them, whatever dies meanwhile."""

from collections import Counter
from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import Engine

from pedidos.messaging.groups import NOTIFIER
from pedidos.messaging.kafka import admin, committed_offsets, end_offsets
from pedidos.messaging.topics import EVENTS
from pedidos_drills.offsets import set_to_beginning
from pedidos_local.settings import PlatformSettings
from tests.integration.notifier.conftest import SITE, add_person
from tests.integration.pipeline.rig import USUAL, Rig, rig_on
from tests.support.postbox import Postbox
from tests.support.tables import rows
from tests.support.waiting import until

WITH_NOTIFIER = (*USUAL, "notifier-1")
TO = "select email from accounts where id = :id"


@pytest.fixture(scope="module")
def plant(
    settings: PlatformSettings, engine: Engine, box: Postbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Rig]:
    told = settings.model_copy(update={**box.settings, "public_url": SITE, "order_mails_per_hour": 1000})
    with rig_on(engine, told, tmp_path_factory.mktemp("notifier")) as rig:
        yield rig


@pytest.fixture
def rig(plant: Rig, postbox: Postbox) -> Rig:  # noqa: ARG001  # its mail server runs
    plant.ensure(*WITH_NOTIFIER)
    return plant


def told(engine: Engine, order_ids: list[UUID]) -> Counter[str]:
    """The kinds of the mails about these orders that were sent."""
    found = rows(
        engine,
        "select m.kind from mails m join mail_deliveries d on d.mail_id = m.id"
        " where m.order_id = any(:ids) and d.state = 'sent'",
        ids=order_ids,
    )
    return Counter(row.kind for row in found)


def behind(rig: Rig) -> int:
    with admin(rig.settings) as client:
        committed = {each.partition: found.offset for each, found in committed_offsets(client, NOTIFIER.id).items()}
        return sum(end - committed.get(partition, 0) for partition, end in end_offsets(client, EVENTS).items())


def customer_of(rig: Rig) -> str:
    return str(rows(rig.engine, TO, id=rig.customer)[0].email)


def test_the_way_of_an_order_is_told(rig: Rig, postbox: Postbox) -> None:
    staff = add_person(rig.engine, "merchant", rig.merchant)
    paid = rig.place(2)
    declined = rig.place(1, token="tok_declined")
    rig.wait_for([*paid, *declined])
    wanted = Counter({"order_placed": 3, "order_paid": 2, "new_order": 2, "order_declined": 1})
    until(lambda: told(rig.engine, [*paid, *declined]) == wanted, "the mails")
    assert len(postbox.wait_for(6, customer_of(rig))) == 6
    assert {mail["Subject"] for mail in postbox.wait_for(2, staff.email)} == {"Novo pedido: Cantina"}


def test_a_notifier_that_is_killed_tells_once(rig: Rig, postbox: Postbox) -> None:
    placed = []
    for _ in range(3):
        placed += rig.place(10)
        rig.kill("notifier-1")
        rig.start("notifier-1")
    rig.wait_for(placed)
    wanted = Counter({"order_placed": 30, "order_paid": 30})
    until(lambda: told(rig.engine, placed) & wanted == wanted, "all mails", 150)
    written = rows(rig.engine, "select order_id, version, account_id from mails where order_id = any(:i)", i=placed)
    assert len(written) == len(set(written))
    ids = Counter(mail["Message-ID"] for mail in postbox.mails(customer_of(rig)))
    assert len(ids) == 60
    assert sum(count - 1 for count in ids.values()) <= 3, "at most the one that each death interrupted"


def test_offsets_that_are_reset_tell_nothing_again(rig: Rig, postbox: Postbox) -> None:
    placed = rig.place(5)
    rig.wait_for(placed)
    wanted = Counter({"order_placed": 5, "order_paid": 5})
    until(lambda: told(rig.engine, placed) & wanted == wanted, "the mails")
    rig.stop("notifier-1")
    of_these = "select id from mails where order_id = any(:ids) order by id"
    before = rows(rig.engine, of_these, ids=placed)
    set_to_beginning(rig.settings, NOTIFIER)
    rig.start("notifier-1")
    until(lambda: behind(rig) == 0, "the end of the topic")
    assert rows(rig.engine, of_these, ids=placed) == before
    assert {sum(str(order) in mail["Message-ID"] for mail in postbox.mails(customer_of(rig))) for order in placed} == {
        2
    }


def test_while_nobody_is_told_nothing_is_read(plant: Rig, postbox: Postbox) -> None:
    silent = plant.settings
    plant.settings = silent.model_copy(update={"order_mails": False})
    try:
        plant.ensure(*(name for name in WITH_NOTIFIER if name != "notifier-1"))
        plant.start("notifier-1")
        placed = plant.place(3)
        plant.wait_for(placed)
        plant.wait_until_published()
        until(lambda: behind(plant) == 0, "the group to be at the ends")
        assert rows(plant.engine, "select from mails where order_id = any(:i)", i=placed) == []
    finally:
        plant.stop("notifier-1")
        plant.settings = silent
    plant.start("notifier-1")
    later = plant.place(2)
    plant.wait_for(later)
    wanted = Counter({"order_placed": 2, "order_paid": 2})
    until(lambda: told(plant.engine, later) & wanted == wanted, "those that came afterwards")
    assert rows(plant.engine, "select from mails where order_id = any(:i)", i=placed) == []
    assert len(postbox.mails(customer_of(plant))) == 4


def test_no_address_stands_in_a_log(rig: Rig) -> None:
    placed = rig.place(2)
    rig.wait_for(placed)
    until(lambda: told(rig.engine, placed)["order_paid"] == 2, "the mails")
    assert customer_of(rig) not in rig.log("notifier-1")
    found = rows(rig.engine, "select span::text as said from spans where span ->> 'process' = 'notifier'")
    assert all("@" not in row.said for row in found)
