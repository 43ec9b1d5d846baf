"""The way of an order, as the people it concerns see it."""

from uuid import uuid4

from pedidos.domain.order import PATH, event_type
from tests.support.client import Client
from tests.support.demo import CHEESE_BREAD, CLOSED_BAKERY, MARGHERITA, ONLY_TEN, PIZZERIA

HAPPY_WAY = [event_type(status) for status in PATH]


def types(order: dict[str, list[dict[str, str]]]) -> list[str]:
    return [entry["type"] for entry in order["timeline"]]


def test_an_order_is_confirmed(customer: Client) -> None:
    order = customer.sees(customer.place(), "order.confirmed")
    assert types(order) == HAPPY_WAY
    assert order["total_cents"] == 4990


def test_the_merchant_delivers_it(customer: Client, merchant: Client) -> None:
    order_id = customer.place()
    customer.sees(order_id, "order.confirmed")
    assert merchant.post(f"/v1/orders/{order_id}/deliver").status_code == 409
    for verb in ("prepare", "dispatch", "deliver"):
        assert merchant.post(f"/v1/orders/{order_id}/{verb}").status_code == 200
    assert types(customer.sees(order_id, "order.delivered")) == [
        *HAPPY_WAY,
        "order.preparing",
        "order.on_its_way",
        "order.delivered",
    ]


def test_a_declined_card_gives_the_stock_back(customer: Client, merchant: Client) -> None:
    assert merchant.put(f"/v1/products/{ONLY_TEN}/stock", {"on_hand": 10}).status_code == 200
    order = customer.sees(customer.place(ONLY_TEN, quantity=3, token="tok_declined"), "order.declined")
    assert order["timeline"][-1]["detail"]["reason"] == "insufficient_funds"
    assert customer.get(f"/v1/products/{ONLY_TEN}").json()["on_hand"] == 10


def test_a_closed_merchant_refuses_with_the_reason(customer: Client) -> None:
    order = customer.sees(customer.place(CHEESE_BREAD, merchant=CLOSED_BAKERY), "order.rejected")
    assert order["timeline"][-1]["detail"]["reasons"] == ["The merchant was closed when the order was placed."]


def test_what_is_sold_out_is_unavailable(customer: Client) -> None:
    order = customer.sees(customer.place(ONLY_TEN, quantity=99), "order.unavailable")
    assert order["timeline"][-1]["detail"]["out_of_stock"] == [ONLY_TEN]


def test_a_cancelled_order_is_refunded(customer: Client) -> None:
    order_id = customer.place()
    customer.sees(order_id, "order.confirmed")
    assert customer.post(f"/v1/orders/{order_id}/cancel").status_code == 200
    # The money goes back a moment later, which the timeline tells.
    order = customer.sees(order_id, "order.refunded")
    assert order["status"] == "cancelled"
    assert order["timeline"][-1]["detail"]["amount_cents"] == 4990


def test_a_charge_whose_answer_is_lost_is_paid_once(customer: Client) -> None:
    order_id = customer.place(token="tok_timeout_after_charge")
    assert types(customer.sees(order_id, "order.confirmed")) == HAPPY_WAY


def test_a_repeated_request_is_one_order(customer: Client) -> None:
    body = {
        "merchant_id": PIZZERIA,
        "items": [{"product_id": MARGHERITA, "quantity": 1}],
        "payment_token": "tok_ok",
    }
    key = {"Idempotency-Key": str(uuid4())}
    first, second = (customer.post("/v1/orders", body, **key) for _ in range(2))
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.content == second.content
    assert second.headers["Idempotency-Replayed"] == "true"
    assert customer.post("/v1/orders", body | {"payment_token": "tok_slow"}, **key).status_code == 422


def test_an_order_of_another_customer_is_not_found(customer: Client, other_customer: Client) -> None:
    order_id = customer.place()
    assert other_customer.get(f"/v1/orders/{order_id}").status_code == 404
    assert other_customer.post(f"/v1/orders/{order_id}/cancel").status_code == 404


def test_the_live_stream_tells_the_whole_way_and_resumes(customer: Client, merchant: Client) -> None:
    order_id = customer.place()
    seen = []
    for message_id, kind, _ in customer.watch(f"/v1/orders/{order_id}/events"):
        seen.append((message_id, kind))
        if kind == "order.confirmed":
            break
    assert [kind for _, kind in seen] == HAPPY_WAY
    for verb in ("prepare", "dispatch", "deliver"):
        assert merchant.post(f"/v1/orders/{order_id}/{verb}").status_code == 200
    rest = [kind for _, kind, _ in customer.watch(f"/v1/orders/{order_id}/events", **{"Last-Event-ID": seen[2][0]})]
    assert rest[:6] == [*HAPPY_WAY[3:], "order.preparing", "order.on_its_way", "order.delivered"]
