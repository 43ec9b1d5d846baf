"""A courier has an order under an epoch: of several who take it, come late or mistype its code, one delivers it."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine

from pedidos.domain.couriers import MOST_TRIES, Courier
from pedidos.domain.order import Actor, Refusal, Status
from pedidos.errors import ConstraintViolated
from pedidos.steps.cancel import cancel
from pedidos.steps.deliver import deliver, give_back, pick_up, take
from pedidos.steps.fulfil import accept, advance
from pedidos.storage.orders import deliveries
from pedidos.storage.orders.placing import place
from pedidos_drills.evidence import handed
from pedidos_drills.ledger.handed_over import problems
from pedidos_drills.sql.aged import let_lease_pass
from pedidos_drills.sql.codes import code_of
from pedidos_drills.sql.stored import everything
from tests.integration.steps.line import Line
from tests.support.delivery import NAMES, delivers, delivery
from tests.support.shop import Product, make_merchant, order_of
from tests.support.tables import change, check, events_of, rows, statuses

LEASE = 600.0
TURNS = "select epoch, courier_id, ending from courier_assignments where order_id = :id order by epoch"


@pytest.fixture
def couriers(engine: Engine, merchant: UUID) -> list[Courier]:
    """Two of the merchant, and one of another."""
    delivers(engine, merchant)
    found = []
    for of in (merchant, merchant, make_merchant(engine)):
        account = uuid4()
        change(
            engine,
            "insert into accounts (id, email, name, role, merchant_id, password_hash)"
            " values (:id, :email, 'Caio', 'courier', :of, '!')",
            id=account,
            email=f"{account}@example.org",
            of=of,
        )
        found.append(Courier(account, of))
    return found


@pytest.fixture(autouse=True)
def told_truly(engine: Engine, couriers: list[Courier], products: list[Product]) -> Iterator[None]:  # noqa: ARG001
    """After each test, the tables agree with each other and with what the events tell."""
    yield
    check(engine, products)
    for row in everything(engine)["handed"]:
        assert list(problems(handed(row))) == [], row


@pytest.fixture
def order(engine: Engine, line: Line, customer: UUID, products: list[Product], couriers: list[Courier]) -> UUID:  # noqa: ARG001
    """One that is to be delivered, and is being prepared."""
    placed = place(engine, replace(order_of(customer, products[0]), extras=delivery())).order_id
    line.through([placed])
    accept(engine, placed, "merchant", 0)
    return placed


def turns(engine: Engine, order_id: UUID) -> list[tuple[int, UUID, str | None]]:
    return [(row.epoch, row.courier_id, row.ending) for row in rows(engine, TURNS, id=order_id)]


def refused(outcome: object) -> str:
    assert isinstance(outcome, Refusal), outcome
    return str(outcome.reason)


def at_once(work: Callable[[int], object], count: int) -> list[object]:
    """What each of `count` threads gets that begin at the same moment."""
    start = Barrier(count)

    def run(number: int) -> object:
        start.wait(30)
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return [each.result() for each in [pool.submit(run, n) for n in range(count)]]


def test_an_order_is_taken_picked_up_and_delivered(engine: Engine, order: UUID, couriers: list[Courier]) -> None:
    ana, bia, _ = couriers
    (ready,) = deliveries.of_courier(engine, ana).ready
    assert (ready.id, ready.contact, ready.district) == (order, None, NAMES[4])
    assert deliveries.in_hand(engine, order) is None
    for _again in range(2):
        assert take(engine, order, ana, LEASE) == 1
    listed = deliveries.of_courier(engine, ana)
    assert ([each.id for each in listed.own], listed.ready) == ([order], [])
    assert listed.own[0].contact is not None
    assert deliveries.of_courier(engine, bia).ready == []
    shown = deliveries.in_hand(engine, order)
    assert shown is not None
    assert shown.code == code_of(engine, order)
    assert "first" in refused(deliver(engine, order, ana, 1, shown.code))
    for _again in range(2):
        assert pick_up(engine, order, ana, 1, LEASE) is None
    assert statuses(engine, [order]) == ["on_its_way"]
    for _again in range(2):
        assert deliver(engine, order, ana, 1, shown.code) is None
    assert statuses(engine, [order]) == ["delivered"]
    assert turns(engine, order) == [(1, ana.account_id, "delivered")]
    told = [(event.type, event.detail) for event in events_of(engine, order)][-3:]
    detail = {"by": ana.author, "epoch": 1}
    assert told == [
        ("order.courier_assigned", detail),
        ("order.on_its_way", detail),
        ("order.delivered", detail),
    ]
    assert rows(engine, "select * from delivery_codes") == []
    assert deliveries.of_courier(engine, ana).own == []


def test_who_comes_late_is_refused_whatever_it_does(engine: Engine, order: UUID, couriers: list[Courier]) -> None:
    ana, bia, _ = couriers
    assert take(engine, order, ana, LEASE) == 1
    pick_up(engine, order, ana, 1, LEASE)
    assert "Another courier" in refused(take(engine, order, bia, LEASE))
    let_lease_pass(engine, order)
    assert [each.id for each in deliveries.of_courier(engine, bia).ready] == [order]
    assert take(engine, order, bia, LEASE) == 2
    code = code_of(engine, order)
    late = [
        deliver(engine, order, ana, 1, code),
        deliver(engine, order, ana, 2, code),  # the epoch of another
        deliver(engine, order, bia, 1, code),
        pick_up(engine, order, ana, 1, LEASE),
        give_back(engine, order, ana, 1),
        take(engine, order, ana, LEASE),
    ]
    assert all(refused(each) for each in late)
    assert turns(engine, order) == [(1, ana.account_id, "lost"), (2, bia.account_id, None)]
    assert pick_up(engine, order, bia, 2, LEASE) is None
    assert deliver(engine, order, bia, 2, code) is None
    assert refused(deliver(engine, order, ana, 1, code))
    assert turns(engine, order)[1][2] == "delivered"


def test_who_is_over_time_goes_on_until_another_takes_it(engine: Engine, order: UUID, couriers: list[Courier]) -> None:
    take(engine, order, couriers[0], LEASE)
    let_lease_pass(engine, order)
    assert pick_up(engine, order, couriers[0], 1, LEASE) is None
    let_lease_pass(engine, order)
    assert deliver(engine, order, couriers[0], 1, code_of(engine, order)) is None


def test_what_is_given_back_is_taken_by_another(engine: Engine, order: UUID, couriers: list[Courier]) -> None:
    ana, bia, _ = couriers
    take(engine, order, ana, LEASE)
    code = code_of(engine, order)
    for _again in range(2):
        assert give_back(engine, order, ana, 1) is None
    assert refused(pick_up(engine, order, ana, 1, LEASE))
    assert [each.id for each in deliveries.of_courier(engine, ana).ready] == [order]
    assert take(engine, order, bia, LEASE) == 2
    assert code_of(engine, order) == code
    pick_up(engine, order, bia, 2, LEASE)
    assert give_back(engine, order, bia, 2) is None
    assert take(engine, order, ana, LEASE) == 3  # it is on its way
    assert statuses(engine, [order]) == ["on_its_way"]


def test_codes_are_guessed_a_few_times_and_the_shop_ends_it(
    engine: Engine, order: UUID, couriers: list[Courier]
) -> None:
    ana, bia, _ = couriers
    take(engine, order, ana, LEASE)
    pick_up(engine, order, ana, 1, LEASE)
    code = code_of(engine, order)
    wrong = f"{(int(code) + 1) % 10_000:04}"
    told = [refused(deliver(engine, order, ana, 1, wrong)) for _ in range(MOST_TRIES - 1)]
    assert str(MOST_TRIES - 1) in told[0]
    assert "A courier has this order" in refused(advance(engine, order, Status.DELIVERED, "merchant"))
    # Another courier has no more tries than the first has left.
    let_lease_pass(engine, order)
    take(engine, order, bia, LEASE)
    pick_up(engine, order, bia, 2, LEASE)
    assert "Too many" in refused(deliver(engine, order, bia, 2, wrong))
    assert "Too many" in refused(deliver(engine, order, bia, 2, code))
    assert statuses(engine, [order]) == ["on_its_way"]
    assert advance(engine, order, Status.DELIVERED, "merchant") is Status.DELIVERED
    assert "without you" in refused(deliver(engine, order, bia, 2, code))
    assert turns(engine, order)[1][2] == "withdrawn"


def test_a_shop_goes_on_without_a_courier_that_is_over_time(
    engine: Engine, order: UUID, couriers: list[Courier]
) -> None:
    take(engine, order, couriers[0], LEASE)
    assert refused(advance(engine, order, Status.ON_ITS_WAY, "merchant"))
    assert turns(engine, order)[0][2] is None
    let_lease_pass(engine, order)
    assert advance(engine, order, Status.ON_ITS_WAY, "merchant") is Status.ON_ITS_WAY
    assert refused(pick_up(engine, order, couriers[0], 1, LEASE))
    assert advance(engine, order, Status.DELIVERED, "merchant") is Status.DELIVERED


def test_of_two_who_take_it_at_once_one_has_it(engine: Engine, order: UUID, couriers: list[Courier]) -> None:
    outcomes = at_once(lambda n: take(engine, order, couriers[n % 2], LEASE), 6)
    assert {each for each in outcomes if not isinstance(each, Refusal)} == {1}
    assert len(turns(engine, order)) == 1


def test_of_two_who_deliver_at_once_the_latest_does_it_once(
    engine: Engine, order: UUID, couriers: list[Courier]
) -> None:
    for epoch, courier in enumerate(couriers[:2], 1):
        take(engine, order, courier, LEASE)
        pick_up(engine, order, courier, epoch, LEASE)
        let_lease_pass(engine, order)
    code = code_of(engine, order)
    outcomes = at_once(lambda n: deliver(engine, order, couriers[n % 2], n % 2 + 1, code), 6)
    assert [outcome is None for outcome in outcomes] == [False, True] * 3
    assert [event.type for event in events_of(engine, order)].count("order.delivered") == 1


def test_an_order_that_its_merchant_cancels_is_no_couriers(
    engine: Engine, order: UUID, couriers: list[Courier]
) -> None:
    take(engine, order, couriers[0], LEASE)
    assert cancel(engine, order, Actor.MERCHANT, "merchant") is Status.CANCELLED
    assert refused(pick_up(engine, order, couriers[0], 1, LEASE))
    assert refused(take(engine, order, couriers[0], LEASE))
    assert deliveries.of_courier(engine, couriers[0]).own == []


def test_only_what_a_shop_delivers_is_a_couriers(
    engine: Engine, line: Line, order: UUID, couriers: list[Courier], products: list[Product]
) -> None:
    (picked_up,) = line.confirmed(products[0])
    accept(engine, picked_up, "merchant", 0)
    assert "picks this order up" in refused(take(engine, picked_up, couriers[0], LEASE))
    assert [each.id for each in deliveries.of_courier(engine, couriers[0]).ready] == [order]
    # What the shop has sent itself.
    advance(engine, order, Status.ON_ITS_WAY, "merchant")
    assert refused(take(engine, order, couriers[0], LEASE))
    assert deliveries.of_courier(engine, couriers[0]).ready == []


def test_an_order_of_another_shop_does_not_exist(engine: Engine, order: UUID, couriers: list[Courier]) -> None:
    stranger = couriers[2]
    for move in (
        lambda: take(engine, order, stranger, LEASE),
        lambda: give_back(engine, order, stranger, 1),
        lambda: pick_up(engine, order, stranger, 1, LEASE),
        lambda: deliver(engine, order, stranger, 1, "0000"),
    ):
        with pytest.raises(LookupError):
            move()
    with pytest.raises(LookupError):
        take(engine, uuid4(), couriers[0], LEASE)
    assert deliveries.of_courier(engine, stranger).ready == []


def test_the_database_refuses_two_holders_and_two_deliveries(
    engine: Engine, order: UUID, couriers: list[Courier]
) -> None:
    take(engine, order, couriers[0], LEASE)
    again = (
        "insert into courier_assignments (order_id, epoch, courier_id, taken_at, lease_until, picked_up_at, ended_at,"
        " ending) select order_id, epoch + 1, courier_id, taken_at, lease_until, taken_at, {} from courier_assignments"
    )
    with pytest.raises(ConstraintViolated, match="courier_assignments_held"):
        change(engine, again.format("null, null"))
    with pytest.raises(ConstraintViolated, match="picked_up"):
        change(engine, "update courier_assignments set ending = 'delivered', ended_at = now()")
    change(engine, "update courier_assignments set ending = 'delivered', ended_at = now(), picked_up_at = now()")
    with pytest.raises(ConstraintViolated, match="courier_assignments_delivered"):
        change(engine, again.format("now(), 'delivered'"))
    change(engine, "update courier_assignments set ending = null, ended_at = null, picked_up_at = null")
    with pytest.raises(ConstraintViolated, match="tries"):
        change(engine, "update delivery_codes set tries = 6")
