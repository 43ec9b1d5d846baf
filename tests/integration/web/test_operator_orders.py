"""Orders as an operator finds, reads, hints and cancels them."""

import re
import uuid
from uuid import UUID

import psycopg
import pytest

from tests.integration.web.test_orders import form_of, signed_in
from tests.support.api import World
from tests.support.pages import Visitor
from tests.support.processes import ServingProcess

LISTED = re.compile(r'href="/operator/orders/([0-9a-f-]{36})"')
VERSION = re.compile(r'name="version" value="(\d+)"')


@pytest.fixture
def operator(web: ServingProcess, world: World) -> Visitor:
    return signed_in(web, world, "operator")


@pytest.fixture
def order_id(web: ServingProcess, world: World) -> str:
    """An order that a customer has just placed on a page."""
    customer = signed_in(web, world, "customer")
    location = customer.post("/checkout", form_of(customer, world.products[0])).headers["Location"]
    return str(location.rpartition("/")[2])


def run(database_url: str, statement: str, *values: object) -> list[tuple[object, ...]]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        cursor = connection.execute(statement.encode(), values)
        return cursor.fetchall() if cursor.description else []


def actions(database_url: str, order_id: str) -> list[object]:
    return [row[0] for row in run(database_url, "select action from audit_log where subject = %s", order_id)]


def test_an_order_placed_on_a_page_is_traced(operator: Visitor, order_id: str) -> None:
    assert UUID(order_id).int >> 48 & 0xFF == 0xFF  # 16 of the bits that decide are set
    assert "<dt>traced</dt><dd>yes</dd>" in operator.get(f"/operator/orders/{order_id}").text


def test_an_order_is_found_by_its_id_customer_shop_state_and_age(
    operator: Visitor, world: World, order_id: str
) -> None:
    assert operator.get(f"/operator/orders?order= {order_id} ").headers["Location"] == f"/operator/orders/{order_id}"
    for query in (
        f"customer={world.emails['customer'].upper()}",
        f"customer={world.accounts['customer']}",
        f"shop={world.merchant}",
        "state=received",
        "age=1h",
        f"customer={world.emails['customer']}&shop={world.merchant}&state=received&age=1h",
    ):
        assert order_id in LISTED.findall(operator.get(f"/operator/orders?{query}").text), query
    for query in (
        f"customer={world.emails['customer2']}",
        f"shop={world.other_merchant}",
        "state=delivered",
        "age=over-1d",
        "reason=insufficient",
        f"customer={world.emails['customer']}&shop={world.other_merchant}",
    ):
        assert order_id not in LISTED.findall(operator.get(f"/operator/orders?{query}").text), query


def test_a_search_without_a_result_says_what_to_do(operator: Visitor) -> None:
    assert "There is no order" in operator.get(f"/operator/orders?order={uuid.uuid4()}").text
    assert "There is no customer" in operator.get("/operator/orders?customer=nobody@example.org").text
    hostile = operator.get("/operator/orders?order=<script>alert(1)</script>&reason=%00&shop=x&age=y&before=z").text
    assert "<script>alert" not in hostile


def test_a_list_is_read_page_by_page_with_its_filter(operator: Visitor, world: World, database_url: str) -> None:
    run(
        database_url,
        "insert into orders (id, customer_id, merchant_id, status, version, total_cents, created_at, updated_at)"
        " select uuidv7(), %s, %s, 'expired', 3, 1000, now(), now() from generate_series(1, 60)",
        world.accounts["customer2"],
        world.other_merchant,
    )
    query = f"shop={world.other_merchant}&state=expired"
    first = operator.get(f"/operator/orders?{query}").text
    older = re.search(r'href="(/operator/orders\?[^"]*before=[^"]+)">Older', first)
    assert older is not None
    address = older[1].replace("&amp;", "&")
    assert "state=expired" in address
    assert len(set(LISTED.findall(first))) == 50
    assert not set(LISTED.findall(first)) & set(LISTED.findall(operator.get(address).text))


def test_a_stuck_order_is_explained_in_the_list_and_on_its_page(
    operator: Visitor, order_id: str, database_url: str
) -> None:
    run(
        database_url,
        "update orders set status = 'charging', created_at = created_at - interval '1 hour',"
        " updated_at = updated_at - interval '1 hour' where id = %s",
        order_id,
    )
    run(
        database_url,
        "insert into payments (order_id, amount_cents, status, lease, lease_until, attempts, next_attempt, reason,"
        " asked_at) values (%s, 1000, 'pending', 3, now(), 2, now() + interval '5 minutes', 'HTTP 500', now())",
        order_id,
    )
    for address in ("/operator/orders", f"/operator/orders/{order_id}", f"/operator/orders/{order_id}/now"):
        text = operator.get(address).text
        assert "attempt 3 at" in text
        assert "last answer: HTTP 500" in text
        assert "retrying" in text
    assert re.search("waits? too long", operator.get("/operator/orders").text)
    operator.language = "pt-BR"
    assert "tentativa 3 às" in operator.get(f"/operator/orders/{order_id}").text
    assert order_id in LISTED.findall(operator.get("/operator/orders?reason=http 500&state=charging").text)


def test_a_hint_is_audited_once_although_it_is_sent_twice(operator: Visitor, order_id: str, database_url: str) -> None:
    for _ in range(2):
        answer = operator.post(f"/operator/orders/{order_id}/hint")
        assert answer.headers["Location"] == f"/operator/orders/{order_id}?done=hint"
    assert "tried again now" in operator.get(answer.headers["Location"]).text
    assert actions(database_url, order_id).count("order.hinted") == 1


def test_a_cancellation_is_done_and_audited_once(operator: Visitor, order_id: str, database_url: str) -> None:
    page = operator.get(f"/operator/orders/{order_id}").text
    version = VERSION.search(page)
    assert version is not None
    for _ in range(2):
        answer = operator.post(f"/operator/orders/{order_id}/cancel", {"version": version[1]})
        assert answer.status_code == 303
    page = operator.get(answer.headers["Location"]).text
    assert "The order is cancelled" in page
    assert "/cancel" not in page
    assert actions(database_url, order_id).count("order.cancelled") == 1
    by = run(
        database_url, "select detail ->> 'by' from order_events where order_id = %s and status = 'cancelled'", order_id
    )
    assert [str(row[0]).partition(":")[0] for row in by] == ["operator"]


def test_a_stale_or_edited_form_cancels_nothing(operator: Visitor, order_id: str, database_url: str) -> None:
    for form in ({"version": "9"}, {"version": "x"}, {}):
        answer = operator.post(f"/operator/orders/{order_id}/cancel", form)
        assert answer.status_code == 409
        assert "has moved since you opened this page" in answer.text
    assert "order.cancelled" not in actions(database_url, order_id)


def test_what_cannot_be_done_is_refused_in_words(operator: Visitor, order_id: str, database_url: str) -> None:
    run(database_url, "update orders set status = 'delivered' where id = %s", order_id)
    page = operator.get(f"/operator/orders/{order_id}").text
    assert "/cancel" not in page
    assert "/hint" not in page
    answer = operator.post(f"/operator/orders/{order_id}/hint")
    assert answer.status_code == 409
    assert "There is nothing to try" in answer.text
    answer = operator.post(f"/operator/orders/{order_id}/cancel", {"version": "1"})
    assert answer.status_code == 409
    assert "too late to cancel" in answer.text


def test_reading_is_audited(operator: Visitor, order_id: str, database_url: str) -> None:
    operator.get(f"/operator/orders/{order_id}")
    operator.get(f"/operator/orders/{order_id}/now")
    assert actions(database_url, order_id) == ["order.read"]


def test_orders_of_operators_are_for_operators(web: ServingProcess, world: World, order_id: str) -> None:
    for name in ("customer", "merchant"):
        visitor = signed_in(web, world, name)
        address = f"/operator/orders/{order_id}"
        for answer in (
            visitor.get(address),
            visitor.get(f"{address}/now"),
            visitor.post(f"{address}/hint"),
            visitor.post(f"{address}/cancel", {"version": "1"}),
        ):
            assert answer.status_code == 403
    for path in (f"/operator/orders/{uuid.uuid4()}", "/operator/orders/nonsense"):
        assert signed_in(web, world, "operator").get(path).status_code == 404
    assert signed_in(web, world, "operator").post(f"/operator/orders/{uuid.uuid4()}/hint").status_code == 404
    assert signed_in(web, world, "operator").post(f"/operator/orders/{uuid.uuid4()}/cancel").status_code == 404
