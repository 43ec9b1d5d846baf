"""Who may say where a request comes from."""

from collections.abc import Mapping

import pytest
from flask import Flask, request

from pedidos.http.edge import KEY_HEADER, ClientAddress

KEY = "key-of-the-edge"


def address_seen(key: str | None, headers: Mapping[str, str]) -> str:
    app = Flask("tests")
    app.add_url_rule("/", view_func=lambda: f"{request.remote_addr} {KEY_HEADER in request.headers}")
    app.wsgi_app = ClientAddress(app.wsgi_app, key)  # type: ignore[method-assign]
    return app.test_client().get("/", headers=headers).text


def test_the_edge_is_believed() -> None:
    headers = {KEY_HEADER: KEY, "X-Forwarded-For": "203.0.113.9, 192.0.2.7"}
    assert address_seen(KEY, headers) == "192.0.2.7 False"


@pytest.mark.parametrize(
    "given", [{}, {KEY_HEADER: ""}, {KEY_HEADER: "None"}, {KEY_HEADER: KEY + "x"}, {KEY_HEADER: "é"}]
)
def test_nobody_else_is(given: dict[str, str]) -> None:
    headers = {**given, "X-Forwarded-For": "192.0.2.7"}
    assert address_seen(KEY, headers) == "127.0.0.1 False"
    assert address_seen(None, headers) == "127.0.0.1 False"


def test_an_edge_that_names_no_client_changes_nothing() -> None:
    assert address_seen(KEY, {KEY_HEADER: KEY}) == "127.0.0.1 False"
