"""Each step on a batch of all kinds: the good move, the others are told why, and nothing else changes."""

from uuid import UUID, uuid4

from sqlalchemy import Engine

from pedidos.steps.confirm import confirm
from pedidos.steps.reserve import reserve
from pedidos.steps.validate import validate
from pedidos.storage.orders.placing import place
from tests.integration.steps.line import BY, UNCHARGED, Line
from tests.integration.steps.scripted import CAPTURED, DECLINED, UNKNOWN, ScriptedGateway
from tests.support.shop import Product, make_customer, make_merchant, make_product, order_of, place_order
from tests.support.tables import change, check, events_of, rows, statuses, stock_of


def reasons(engine: Engine, order_id: UUID) -> list[str]:
    found: list[str] = events_of(engine, order_id)[-1].detail["reasons"]
    return found


def test_validate(engine: Engine, line: Line, products: list[Product]) -> None:
    closed = make_product(engine, make_merchant(engine, hours=[]))
    shut = make_product(engine, make_merchant(engine, active=False))
    retired = make_product(engine, products[0].merchant_id, active=False)
    dear = make_product(engine, products[0].merchant_id, price_cents=999_999)
    gone = make_customer(engine, active=False)
    good = line.placed(products[0], count=3)
    bad = {
        "was closed": place_order(engine, line.customer, closed).order_id,
        "does not take orders": place_order(engine, line.customer, shut).order_id,
        "No longer sold: Pizza.": place_order(engine, line.customer, retired).order_id,
        "above the limit": place_order(engine, line.customer, dear, 2).order_id,
        "account is not active": place_order(engine, gone, products[0]).order_id,
        "another merchant: Pizza.": place(
            engine, order_of(line.customer, products[0], items=[(products[1].id, 1), (closed.id, 1)])
        ).order_id,
    }
    batch = [*good, *bad.values(), uuid4()]
    assert sorted(validate(engine, batch, BY)) == good
    assert statuses(engine, good) == ["validated"] * 3
    assert set(statuses(engine, list(bad.values()))) == {"rejected"}
    for reason, order_id in bad.items():
        (told,) = reasons(engine, order_id)
        assert reason in told
    assert all(event.detail == {"by": BY} for event in events_of(engine, good[0])[1:])
    assert validate(engine, batch, BY) == []
    check(engine, [*products, closed, shut, retired, dear])


def test_every_reason_is_reported(engine: Engine, line: Line, products: list[Product]) -> None:
    (order_id,) = line.placed(products[0])
    change(engine, "update accounts set active = false")
    change(engine, "update products set active = false")
    assert validate(engine, [order_id], BY) == []
    assert len(reasons(engine, order_id)) == 2


def test_hours_are_those_of_the_moment_of_placing(engine: Engine, line: Line, products: list[Product]) -> None:
    """An order waits for validation, however long; in between the merchant may close."""
    (early, late) = line.placed(products[0], count=2)
    change(
        engine,
        "update opening_hours set opens = placed.minute, closes = placed.minute + 1"
        " from (select extract(hour from local) * 60 + extract(minute from local) as minute"
        " from (select created_at at time zone 'America/Sao_Paulo' as local from orders where id = :id) o) placed",
        id=early,
    )
    change(engine, "update orders set created_at = created_at - interval '2 minutes' where id = :id", id=late)
    assert validate(engine, [early, late], BY) == [early]


def test_a_closure_is_one_of_the_moment_of_placing(
    engine: Engine, line: Line, products: list[Product], merchant: UUID
) -> None:
    """It may have ended when the order is validated, or have begun after the order was placed."""
    before, during, after = line.placed(products[0], count=3)
    for order_id, minutes in ((before, 10), (during, 5), (after, 0)):
        change(
            engine,
            "update orders set created_at = created_at - :minutes * interval '1 minute' where id = :id",
            minutes=minutes,
            id=order_id,
        )
    change(
        engine,
        "insert into closures (merchant_id, begins, ends, reason)"
        " values (:merchant, now() - interval '8 minutes', now() - interval '2 minutes', ''),"
        " (:merchant, now() + interval '1 minute', now() + interval '1 day', '')",
        merchant=merchant,
    )
    assert sorted(validate(engine, [before, during, after], BY)) == sorted([before, after])
    assert reasons(engine, during) == ["The merchant was closed when the order was placed."]


def test_reserve(engine: Engine, line: Line, products: list[Product], merchant: UUID) -> None:
    few = make_product(engine, merchant, on_hand=5)
    none = make_product(engine, merchant, on_hand=0)
    first, too_much, second, third = (line.validated(few, quantity)[0] for quantity in (3, 4, 2, 1))
    (elsewhere,) = line.validated(products[0])
    (sold_out,) = line.validated(none)
    mixed = place(
        engine, order_of(line.customer, products[0], items=[(products[1].id, 2), (none.id, 1), (few.id, 9)])
    ).order_id
    assert validate(engine, [mixed], BY) == [mixed]
    batch = [third, sold_out, mixed, elsewhere, second, too_much, first, uuid4()]
    assert sorted(reserve(engine, batch, BY)) == sorted([first, second, elsewhere])
    assert statuses(engine, [too_much, third, sold_out, mixed]) == ["unavailable"] * 4
    assert events_of(engine, too_much)[-1].detail["out_of_stock"] == [str(few.id)]
    assert events_of(engine, too_much)[-1].detail["reasons"] == ["Sold out: Pizza."]
    assert set(events_of(engine, mixed)[-1].detail["out_of_stock"]) == {str(none.id), str(few.id)}
    assert stock_of(engine, few) == (0, 5, 0)
    assert stock_of(engine, products[0]) == (999, 1, 0)
    assert stock_of(engine, products[1]) == (1000, 0, 0)
    assert reserve(engine, batch, BY) == []
    check(engine, [*products, few, none])


def test_a_product_without_a_stock_row_has_none(engine: Engine, line: Line, products: list[Product]) -> None:
    (order_id,) = line.validated(products[0])
    change(engine, "delete from stock where product_id = :id", id=products[0].id)
    assert reserve(engine, [order_id], BY) == []
    assert statuses(engine, [order_id]) == ["unavailable"]


def test_lines_of_one_product_are_added_up(engine: Engine, line: Line, merchant: UUID) -> None:
    three = make_product(engine, merchant, on_hand=3)
    twice = place(engine, order_of(line.customer, three, items=[(three.id, 2), (three.id, 2)])).order_id
    fits = place(engine, order_of(line.customer, three, items=[(three.id, 2), (three.id, 1)])).order_id
    validate(engine, [twice, fits], BY)
    assert reserve(engine, [twice, fits], BY) == [fits]
    assert stock_of(engine, three) == (0, 3, 0)


def test_charge(engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product]) -> None:
    orders = line.uncharged(products[0], quantity=3, count=6)
    paid, declined, unknown = orders[:2], orders[2:4], orders[4:]
    for order_id in declined:
        gateway.will_say(order_id, DECLINED)
    for order_id in unknown:
        gateway.will_say(order_id, UNKNOWN, CAPTURED)
    assert sorted(line.charge([*orders, uuid4()])) == paid
    assert statuses(engine, orders) == ["paid"] * 2 + ["declined"] * 2 + ["charging"] * 2
    assert set(gateway.amounts.values()) == {3000}
    assert events_of(engine, declined[0])[-1].detail["reason"] == "insufficient_funds"
    payments = rows(engine, "select status, reference, reason from payments order by order_id")
    assert [tuple(row) for row in payments] == [
        *[("captured", CAPTURED.reference, None)] * 2,
        *[("declined", None, "insufficient_funds")] * 2,
        *[("pending", None, UNKNOWN.reason)] * 2,
    ]
    assert stock_of(engine, products[0]) == (1000 - 12, 12, 0)
    check(engine, products)


def test_confirm(engine: Engine, line: Line, products: list[Product]) -> None:
    paid = line.paid(products[0], quantity=2, count=3)
    (reserved,) = line.uncharged(products[0])
    assert sorted(confirm(engine, [*paid, reserved, uuid4()], BY)) == paid
    assert statuses(engine, [*paid, reserved]) == ["confirmed"] * 3 + [UNCHARGED]
    assert stock_of(engine, products[0]) == (1000 - 7, 1, 6)
    assert confirm(engine, paid, BY) == []
    check(engine, products)
