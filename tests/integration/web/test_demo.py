"""Entering as one of the people of a demo: on this machine alone."""

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from pedidos.processes.web.account.demo import PEOPLE
from tests.support.api import World
from tests.support.pages import Visitor
from tests.support.processes import ServingProcess

Start = Callable[..., Visitor]

HERE = {"public_url": "https://localhost:8400", "demo": True}


@pytest.fixture
def start(database_url: str, tmp_path: Path) -> Iterator[Start]:
    """Starts web processes with these settings."""
    started: list[ServingProcess] = []

    def visitor(**settings: object) -> Visitor:
        process = ServingProcess("web", tmp_path, database_url=database_url, **settings)
        started.append(process)
        process.child.start()
        return Visitor(process)

    yield visitor
    for process in started:
        process.child.end()


@pytest.fixture
def customer_of_the_demo(database_url: str, world: World) -> Iterator[None]:
    """One account of the world has the address of the demo's customer. It is an example in the API's document, so a
    test that tries the examples may have registered it."""
    rename = "update accounts set email = %s where id = %s"
    account = world.accounts["customer2"]
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("update accounts set email = id || '@example.org' where email = %s", [PEOPLE["customer"]])
        connection.execute(rename, [PEOPLE["customer"], account])
        yield
        connection.execute(rename, [world.emails["customer2"], account])


@pytest.mark.usefixtures("customer_of_the_demo")
def test_one_enters_without_a_password(start: Start) -> None:
    visitor = start(**HERE)
    assert "Enter as a customer" in visitor.get("/sign-in").text
    assert visitor.post("/sign-in/demo", {"as": "customer", "next": "/orders"}).headers["Location"] == "/orders"
    assert visitor.get("/orders").status_code == 200
    assert visitor.post("/sign-in/demo", {"as": "root"}).status_code == 404


@pytest.mark.parametrize(
    ("settings", "host"),
    [
        ({"public_url": "https://shop.example", "demo": True}, None),
        ({"listen": "0.0.0.0:443", "demo": True}, None),
        ({"demo": True}, None),
        ({"public_url": "https://localhost:8400", "demo": False}, None),
        (HERE, "shop.example"),
        (HERE, "localhost.shop.example"),
    ],
    ids=str,
)
@pytest.mark.usefixtures("customer_of_the_demo")
def test_it_is_not_offered_elsewhere(start: Start, settings: dict[str, object], host: str | None) -> None:
    visitor = start(**settings)
    headers = {"Host": host} if host else {}
    assert "Enter as" not in visitor.get("/sign-in", **headers).text
    answer = visitor.post("/sign-in/demo", {"as": "customer"}, **headers)
    assert answer.status_code == 404
    assert visitor.cookies == {}
