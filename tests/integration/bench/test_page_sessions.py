"""The benchmark's sessions are those of browsers: the platform finds the customers by their cookies."""

from uuid import UUID

from sqlalchemy import Engine

from pedidos.http.authentication import cookie_hash
from pedidos.storage.accounts import cookie_sessions
from pedidos_bench.sql import page_sessions
from tests.support.shop import make_customer


def test_each_customer_is_found_by_their_cookie(engine: Engine, customer: UUID) -> None:
    other_customer = make_customer(engine)
    cookies = page_sessions.open_for(engine, [customer, other_customer])
    found = [cookie_sessions.find(engine, cookie_hash(cookie) or b"") for cookie in cookies]
    assert [session and session.account_id for session in found] == [customer, other_customer]
