"""PostgreSQL commits and its answer is lost on the way to the api: what was asked for is done once, and told truly."""

import uuid
from collections.abc import Iterator

import psycopg
import pytest
import requests

from tests.support.api import PASSWORD, Api, Serve
from tests.support.wire import COMMIT, Wire, wire_to

SESSION = b"insert into refresh_tokens"
UNKNOWN = "/problems/outcome-unknown"


@pytest.fixture(scope="module")
def wire(database_url: str) -> Iterator[Wire]:
    with wire_to(database_url) as made:
        yield made


@pytest.fixture(scope="module")
def far(serve: Serve, wire: Wire) -> Api:
    """An api whose wire to PostgreSQL can be broken. It has one connection, so that the next statement uses it."""
    return serve(database_url=wire.url, database_pool=1)


@pytest.fixture(autouse=True)
def mended(wire: Wire) -> Iterator[None]:
    yield
    wire.lose(0, b"")
    wire.heal()


def once(database_url: str, statement: str, *values: object) -> object:
    """The one value that the statement returns."""
    with psycopg.connect(database_url) as connection:
        row = connection.execute(statement, values).fetchone()
    assert row is not None
    return row[0]


def test_a_registration_is_answered_as_what_it_was(far: Api, wire: Wire, database_url: str) -> None:
    email = f"{uuid.uuid4().hex}@pedidos.example"
    wire.lose(1, COMMIT)
    answer = far.ask("POST", "/v1/accounts", json={"email": email, "name": "Rui", "password": PASSWORD})
    assert wire.proxy.answers_to_lose == 0
    assert answer.status_code == 202
    assert once(database_url, "select count(*) from accounts where email = %s", email) == 1
    kinds = "select string_agg(kind, ',') from mails where recipient = %s"
    assert once(database_url, kinds, email) == "confirm_address", (
        "and no second one, which says that there is an account"
    )


def test_a_sign_in_gives_a_session(api: Api, far: Api, wire: Wire) -> None:
    wire.lose(1, SESSION)
    tokens = far.sign_in("customer")
    assert wire.proxy.answers_to_lose == 0
    assert refresh(api, tokens["refresh_token"]).status_code == 200


def refresh(api: Api, token: str) -> requests.Response:
    return api.ask("POST", "/v1/auth/refresh", json={"refresh_token": token})


def test_a_refresh_does_not_end_the_session(api: Api, far: Api, wire: Wire) -> None:
    first = api.sign_in("customer")["refresh_token"]
    wire.lose(1, COMMIT)
    second = refresh(far, first)
    assert wire.proxy.answers_to_lose == 0
    assert second.status_code == 200
    assert refresh(api, second.json()["refresh_token"]).status_code == 200


def test_a_refresh_that_was_answered_with_503_can_be_repeated(api: Api, far: Api, wire: Wire) -> None:
    first = api.sign_in("customer")["refresh_token"]
    wire.lose(2, COMMIT)  # also that of the api's own second attempt
    assert refresh(far, first).status_code == 503
    assert wire.proxy.answers_to_lose == 0
    second = refresh(far, first)
    assert second.status_code == 200
    assert refresh(api, second.json()["refresh_token"]).status_code == 200


def test_a_sign_out_ends_the_session(api: Api, far: Api, wire: Wire) -> None:
    token = api.sign_in("customer")["refresh_token"]
    wire.lose(1, COMMIT)
    answer = far.ask("POST", "/v1/auth/logout", json={"refresh_token": token})
    assert wire.proxy.answers_to_lose == 0
    assert answer.status_code == 204
    assert refresh(api, token).status_code == 401


def test_an_order_is_cancelled_once(api: Api, far: Api, wire: Wire, database_url: str) -> None:
    order = api.place().json()["id"]
    wire.lose(1, COMMIT)
    answer = far.ask("POST", f"/v1/orders/{order}/cancel", token=api.token("customer"))
    assert wire.proxy.answers_to_lose == 0
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    assert once(database_url, "select version from orders where id = %s", order) == 2


def test_a_transition_that_another_has_followed_is_not_refused(
    api: Api, far: Api, wire: Wire, database_url: str
) -> None:
    """Between the commit and what the api does after its answer was lost, the order is moved on."""
    order = api.place().json()["id"]
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("update orders set status = 'confirmed' where id = %s", [order])
        # As fast as the other can be: in the same transaction.
        connection.execute(
            "create function follow() returns trigger language plpgsql as"
            " $$ begin update orders set status = 'delivered' where id = new.order_id; return null; end $$"
        )
        connection.execute(
            "create constraint trigger follow after insert on order_events deferrable initially deferred"
            " for each row when (new.status = 'preparing') execute function follow()"
        )
        try:
            wire.lose(1, COMMIT)
            answer = far.ask("POST", f"/v1/orders/{order}/prepare", token=api.token("merchant"))
        finally:
            connection.execute("drop function follow() cascade")
    assert wire.proxy.answers_to_lose == 0
    assert answer.status_code == 200, answer.text


def test_a_product_is_added_once(api: Api, far: Api, wire: Wire, database_url: str) -> None:
    path, name = f"/v1/merchants/{api.world.merchant}/products", uuid.uuid4().hex
    wire.lose(1, COMMIT)
    answer = far.ask("POST", path, token=api.token("merchant"), json={"name": name, "price_cents": 100})
    assert wire.proxy.answers_to_lose == 0
    assert answer.status_code == 201
    assert once(database_url, "select count(*) from products where name = %s", name) == 1


def test_a_count_of_stock_takes_back_no_reservation(api: Api, far: Api, wire: Wire, database_url: str) -> None:
    """A unit is reserved between the commit and what the api does after its answer was lost."""
    path = f"/v1/merchants/{api.world.merchant}/products"
    product = api.ask("POST", path, who="merchant", json={"name": "Broa", "price_cents": 100}).json()["id"]
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "create function sell() returns trigger language plpgsql as $$ begin if pg_trigger_depth() = 1 then"
            " update stock set on_hand = 6, reserved = 1 where product_id = new.product_id; end if; return null; end $$"
        )
        connection.execute(
            "create constraint trigger sell after update on stock deferrable initially deferred"
            f" for each row when (new.product_id = '{product}' and new.reserved = 0) execute function sell()"
        )
        try:
            wire.lose(1, COMMIT)
            answer = far.ask("PUT", f"/v1/products/{product}/stock", token=api.token("merchant"), json={"on_hand": 7})
        finally:
            connection.execute("drop function sell() cascade")
    assert wire.proxy.answers_to_lose == 0
    assert (answer.status_code, answer.json()["on_hand"]) == (200, 7)
    assert once(database_url, "select on_hand + reserved from stock where product_id = %s", product) == 7


def test_what_cannot_be_learned_is_said_to_be_unknown(api: Api, far: Api, wire: Wire, database_url: str) -> None:
    path, name = f"/v1/merchants/{api.world.merchant}/products", uuid.uuid4().hex
    wire.lose(1, COMMIT, then_refuse=True)
    answer = far.ask("POST", path, token=api.token("merchant"), json={"name": name, "price_cents": 100})
    assert wire.proxy.answers_to_lose == 0
    assert (answer.status_code, answer.json()["type"]) == (503, UNKNOWN)
    assert "Check before you repeat it" in answer.json()["detail"]
    assert "Retry-After" not in answer.headers
    assert once(database_url, "select count(*) from products where name = %s", name) == 1
