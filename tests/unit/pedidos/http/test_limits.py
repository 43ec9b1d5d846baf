"""The limit on sign-ins: what cannot be read as one is refused at the start, and does not count for none."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask

from pedidos.http import limits
from pedidos.http.wsgi import ContextMiddleware
from pedidos.processes.api import errors
from pedidos.settings.groups.identity import SignInSettings
from tests.support.ports import refusing_port
from tests.support.waiting import WAIT_SECONDS

AT_ONCE, ROUNDS = 16, 20


def limited_app(limit: str, broker_url: str | None = None) -> Flask:
    @limits.limited
    def sign_in() -> str:
        return "signed in"

    app = Flask("limited")
    app.add_url_rule("/sign-in", view_func=sign_in)
    limits.install(app, SignInSettings(sign_in_limit=limit, broker_url=broker_url), errors.answer)
    app.wsgi_app = ContextMiddleware(app.wsgi_app)  # type: ignore[method-assign]
    return app


@pytest.mark.parametrize("limit", ["abc", "20 per fortnight", "1 per minute; nonsense", "20"])
def test_a_limit_that_cannot_be_read_is_refused(limit: str) -> None:
    with pytest.raises(ValueError, match=r"^PEDIDOS_SIGN_IN_LIMIT: .* 20 per minute"):
        limited_app(limit)


@pytest.mark.parametrize("limit", ["1 per day", "1/day", "5 per second; 1 per day"])
def test_a_limit_that_can_be_read_counts(limit: str) -> None:
    client = limited_app(limit).test_client()
    assert [client.get("/sign-in").status_code for _ in range(3)] == [200, 429, 429]


def test_requests_that_find_the_broker_away_together_are_all_counted() -> None:
    together = Barrier(AT_ONCE)
    with refusing_port() as port:
        app = limited_app(f"{AT_ONCE} per day", f"redis://127.0.0.1:{port}/0")

        def sign_in(_: int) -> int:
            client = app.test_client()
            together.wait(WAIT_SECONDS)
            return client.get("/sign-in").status_code

        with ThreadPoolExecutor(AT_ONCE) as pool:
            assert list(pool.map(sign_in, range(AT_ONCE))) == [200] * AT_ONCE
        assert app.test_client().get("/sign-in").status_code == 429
