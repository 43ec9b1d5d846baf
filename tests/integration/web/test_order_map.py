"""The map of an order: who may see it, and what it shows of a real order's rows and spans."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import Engine

from pedidos.domain.sampling import RANDOM, WATCHED
from pedidos.processes.web.operator.order_map.places import Place
from pedidos.storage import spans
from pedidos.storage.spans import Span
from tests.integration.web.test_orders import form_of, signed_in
from tests.support.api import World
from tests.support.pages import Visitor
from tests.support.processes import ServingProcess

HERE = re.compile(r'data-here="(\w+)"')

NO_ORDER = UUID("01900000-0000-7000-8000-00000000dead")


@pytest.fixture
def order_id(web: ServingProcess, world: World) -> UUID:
    """Of a new order, which nothing moves."""
    customer = signed_in(web, world, "customer2")
    address = customer.post("/checkout", form_of(customer, world.products[0])).headers["Location"]
    return UUID(address.rpartition("/")[2])


@pytest.fixture
def operator(web: ServingProcess, world: World) -> Visitor:
    return signed_in(web, world, "operator")


@pytest.fixture
def held(database_url: str, order_id: UUID) -> Iterator[UUID]:
    """The order, which the watchdog has noted with the error of its step."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("update relay_positions set txid = '9000000000000000000', seq = 0")
        connection.execute(
            "insert into stalled_orders (order_id, version, hints, next_hint, last_error)"
            " values (%s, 1, 2, now() + interval '1 minute', 'validate: <b>broken</b>')",
            [order_id],
        )
        yield order_id
        connection.execute("update relay_positions set txid = '0', seq = 0")


def span(order_id: UUID, name: str, process: str, *, links: list[tuple[str, str]] | None = None) -> Span:
    now = time.time_ns()
    return Span(order_id, uuid4().hex[:16], "aa", name, now, now + 2_000_000, process, f"{process}-1", {}, links or [])


def place_of(text: str) -> str:
    found = HERE.search(text)
    assert found is not None
    return found[1]


def address(order_id: UUID, rest: str = "") -> str:
    return f"/operator/orders/{order_id}/map{rest}"


def test_a_map_is_for_operators(web: ServingProcess, world: World, visitor: Visitor, order_id: UUID) -> None:
    for rest in ("", "/now", "/worker"):
        path = address(order_id, rest)
        assert visitor.get(path).headers["Location"] == f"/sign-in?next={path}"
        for name in ("customer2", "merchant"):
            assert signed_in(web, world, name).get(path).status_code == 403
        assert signed_in(web, world, "operator").get(path).status_code == 200


@pytest.mark.parametrize("path", [address(NO_ORDER), address(NO_ORDER, "/now"), address(NO_ORDER, "/kafka")])
def test_there_is_no_map_of_an_order_that_does_not_exist(operator: Visitor, path: str) -> None:
    assert operator.get(path).status_code == 404
    assert operator.get("/operator/orders/nonsense/map").status_code == 404


def test_an_order_that_a_page_places_is_traced(order_id: UUID) -> None:
    assert order_id.int & RANDOM >= WATCHED


def test_each_place_shows_its_facts_as_a_part_and_as_a_page(operator: Visitor, order_id: UUID) -> None:
    whole = operator.get(address(order_id)).text
    for place in Place:
        path = address(order_id, f"/{place}")
        assert f'href="{path}"' in whole
        page, part = operator.get(path), operator.get(path, **{"HX-Request": "true"})
        assert (page.status_code, part.status_code) == (200, 200)
        assert "<html" in page.text
        assert "<html" not in part.text
    assert operator.get(address(order_id, "/moon")).status_code == 404


def test_an_operator_who_looks_is_in_the_audit_log(
    operator: Visitor, order_id: UUID, world: World, database_url: str
) -> None:
    operator.get(address(order_id))
    operator.get(address(order_id, "/log"))
    operator.get(address(order_id, "/now"))
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "select action from audit_log where subject = %s and account_id = %s",
            [str(order_id), world.accounts["operator"]],
        ).fetchall()
    assert rows == [("order.read",)] * 2


def test_an_order_waits_where_its_rows_say(operator: Visitor, order_id: UUID) -> None:
    text = operator.get(address(order_id, "/now")).text
    assert place_of(text) == "relay"  # nothing publishes here
    assert 'data-again="1000"' in text


def test_the_error_of_a_step_is_shown_as_text(operator: Visitor, held: UUID) -> None:
    text = operator.get(address(held, "/now")).text
    assert place_of(text) == "worker"
    assert "A step failed, and is tried again" in text
    assert "validate: &lt;b&gt;broken&lt;/b&gt;" in text
    facts = operator.get(address(held, "/worker")).text
    assert "Row in stalled_orders" in facts
    assert "<b>broken" not in facts


def test_spans_move_the_order_on_and_name_who_shared_its_batch(
    operator: Visitor, order_id: UUID, engine: Engine, database_url: str
) -> None:
    other, batch = uuid4(), uuid4()
    links = [(order_id.hex, "aa"), (other.hex, "bb")]
    whole = Span(batch, "cc" * 8, "", "bridge batch", 1, 2, "bridge", "bridge-1", {}, links)
    spans.write(engine, [whole, span(order_id, "bridge", "bridge", links=[(batch.hex, "cc" * 8)])])
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("update relay_positions set txid = '9000000000000000000', seq = 0")
        try:
            text = operator.get(address(order_id, "/now")).text
        finally:
            connection.execute("update relay_positions set txid = '0', seq = 0")
    assert place_of(text) == "queue"
    assert ">bridge-1<" in text
    assert f'href="{address(other)}"' not in operator.get(address(order_id, "/relay")).text


def test_a_customer_sees_the_map_of_an_own_order_on_a_demo(
    database_url: str, world: World, tmp_path: Path, web: ServingProcess, order_id: UUID
) -> None:
    on_demo = ServingProcess("web", tmp_path, database_url=database_url, public_url="https://localhost:8400", demo=True)
    on_demo.child.start()
    try:
        owner, other = (signed_in(on_demo, world, name) for name in ("customer2", "customer"))
        for path in (f"/orders/{order_id}/map", f"/orders/{order_id}/map/now"):
            text = owner.get(path).text
            assert "data-here=" in text
            assert "/operator/" not in text
            assert "web-1" not in text
            assert other.get(path).status_code == 404
            assert signed_in(on_demo, world, "merchant").get(path).status_code == 403
            assert signed_in(web, world, "customer2").get(path).status_code == 404  # it is no demo
        assert f'href="/orders/{order_id}/map"' in owner.get(f"/orders/{order_id}").text
    finally:
        on_demo.child.end()
    assert "/map" not in signed_in(web, world, "customer2").get(f"/orders/{order_id}").text


def test_the_facts_say_when_kafka_is_not_known(operator: Visitor, order_id: UUID) -> None:
    text = operator.get(address(order_id, "/kafka")).text
    assert "The records on Kafka could not be read" in text
    assert "PEDIDOS_KAFKA_BOOTSTRAP" in text


def test_the_page_speaks_the_language_of_the_browser(operator: Visitor, order_id: UUID) -> None:
    operator.language = "pt-BR"
    assert "O caminho, passo a passo" in operator.get(address(order_id)).text
