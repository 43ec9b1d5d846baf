"""The limit on sign-ins: what cannot be read as one is refused at the start, and does not count for none."""

import pytest
from flask import Flask

from pedidos.processes.api import limits
from pedidos.processes.api.request_context import Exchanges
from pedidos.settings.groups import SignInSettings


def limited_app(limit: str) -> Flask:
    @limits.limited
    def sign_in() -> str:
        return "signed in"

    app = Flask("limited")
    app.add_url_rule("/sign-in", view_func=sign_in)
    limits.install(app, SignInSettings(sign_in_limit=limit))
    app.wsgi_app = Exchanges(app.wsgi_app)  # type: ignore[method-assign]
    return app


@pytest.mark.parametrize("limit", ["abc", "20 per fortnight", "1 per minute; nonsense", "20"])
def test_a_limit_that_cannot_be_read_is_refused(limit: str) -> None:
    with pytest.raises(ValueError, match=r"^PEDIDOS_SIGN_IN_LIMIT: .* 20 per minute"):
        limited_app(limit)


@pytest.mark.parametrize("limit", ["1 per day", "1/day", "5 per second; 1 per day"])
def test_a_limit_that_can_be_read_counts(limit: str) -> None:
    client = limited_app(limit).test_client()
    assert [client.get("/sign-in").status_code for _ in range(3)] == [200, 429, 429]
