"""What the database refuses becomes a problem, and no value of the row comes into a log."""

import secrets
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import LiteralString

import psycopg

from pedidos.security.passwords import hash_password
from tests.support.api import PASSWORD, Api, Serve
from tests.support.waiting import until

SECRET = f"tok_{secrets.token_hex(8)}"


@contextmanager
def constraint(database_url: str, table: LiteralString, condition: LiteralString) -> Iterator[None]:
    """A rule of the database that the api does not know."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"alter table {table} add constraint of_a_test check ({condition}) not valid")
        try:
            yield
        finally:
            connection.execute(f"alter table {table} drop constraint of_a_test")


def test_a_violated_constraint_is_a_conflict_and_its_row_is_not_logged(serve: Serve, database_url: str) -> None:
    api = serve()
    with constraint(database_url, "orders", "payment_token not like 'tok_%'"):
        answer = api.place(payment_token=SECRET)
    assert answer.status_code == 409
    assert answer.json()["type"] == "/problems/conflict"
    assert api.place().status_code == 202
    until(lambda: "of_a_test" in api.child.said(), "the log line, which comes after the answer")
    assert SECRET not in api.child.said()


def test_an_error_of_the_database_shows_no_parameters(serve: Serve, database_url: str) -> None:
    """Not even where it is our own fault: here, a column that is gone."""
    api = serve()
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("alter table orders rename column payment_token to another")
        try:
            answer = api.place(payment_token=SECRET)
        finally:
            connection.execute("alter table orders rename column another to payment_token")
    assert answer.status_code == 500
    until(lambda: "UndefinedColumn" in api.child.said(), "the log line, which comes after the answer")
    assert SECRET not in api.child.said()


def test_an_order_of_a_deleted_account_is_refused(api: Api, database_url: str) -> None:
    email = f"{uuid.uuid4().hex}@pedidos.example"
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "insert into accounts (email, name, role, password_hash) values (%s, 'Eva', 'customer', %s)",
            [email, hash_password(PASSWORD)],
        )
        token = api.ask("POST", "/v1/auth/token", json={"email": email, "password": PASSWORD}).json()["access_token"]
        connection.execute("delete from accounts where email = %s", [email])
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    answer = api.ask("POST", "/v1/orders", token=token, json=api.order_body(), headers=headers)
    assert answer.status_code == 401
    assert answer.json()["type"] == "/problems/unauthenticated"
    assert "does not exist" in answer.json()["detail"]
    assert api.place().status_code == 202
