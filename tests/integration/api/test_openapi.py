"""The OpenAPI document: whole, with examples that fit, and kept to by the server when Schemathesis tries it."""

import json
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from pedidos.processes.api.app import app_without_services
from pedidos.processes.live.app import STREAMS
from pedidos_dev.documents.permissions import permissions
from tests.support.api import Api, Serve, make_world


def test_every_route_under_v1_is_documented(api: Api) -> None:
    document = api.ask("GET", "/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    for route in permissions(app_without_services()):
        if not route.path.startswith("/v1"):
            continue
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route.path)
        operation = document["paths"][path][route.method.lower()]
        if route.roles is not None:
            assert operation["security"] == [{"accessToken": []}]
        else:
            assert operation.get("security") == ([{}, {"accessToken": []}] if route.recognises else None)
        assert ("401" in operation["responses"]) or route.roles is None
        assert {"500", "503"} <= set(operation["responses"])
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                assert list(response["content"]) == ["application/problem+json"]


def test_the_streams_are_documented(api: Api) -> None:
    document = api.ask("GET", "/openapi.json").json()
    assert set(STREAMS) == {path for path in document["paths"] if path.endswith("/events")}
    for path in STREAMS:
        operation = document["paths"][path]["get"]
        assert list(operation["responses"]["200"]["content"]) == ["text/event-stream"]
        assert "Last-Event-ID" in {each["name"] for each in operation["parameters"]}
        assert operation["security"] == [{"accessToken": []}]


def test_the_page_has_the_password_of_the_demo_where_nobody_else_reaches_it(serve: Serve) -> None:
    secret = "the password of the demo"  # of a test
    here = {"demo": True, "demo_password": secret, "public_url": "https://localhost:8400"}
    demo = serve(**here)
    assert secret in demo.ask("GET", "/docs", headers={"Host": "localhost:8400"}).text
    assert secret not in demo.ask("GET", "/docs", headers={"Host": "shop.example"}).text
    for elsewhere in ({"public_url": "https://shop.example"}, {"demo": False}, {"listen": "0.0.0.0:443"}):
        other = serve(**here | elsewhere)
        assert secret not in other.ask("GET", "/docs", headers={"Host": "localhost:8400"}).text


def test_the_documents_examples_fit_their_schemas(api: Api) -> None:
    document = api.ask("GET", "/openapi.json").json()
    checked = 0
    for schema in document["components"]["schemas"].values():
        for inner in schema.get("properties", {}).values():
            for example in inner.get("examples", []):
                jsonschema.validate(example, {**inner, "components": document["components"]})
                checked += 1
    assert checked >= 10


def test_swagger_ui_needs_nothing_from_elsewhere(api: Api) -> None:
    page = api.ask("GET", "/docs")
    assert page.status_code == 200
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    linked = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert linked
    for address in linked:
        assert address.startswith("/")
        assert api.ask("GET", address).status_code == 200
    assert not re.search(r"<script>|<style>| on\w+=", page.text)


@pytest.fixture
def own_api(api: Api, database_url: str) -> Api:
    """The API, asked by accounts of their own: Schemathesis renames, reprices and withdraws what it finds."""
    return api.for_others(make_world(database_url))


@pytest.mark.parametrize("who", ["customer", "merchant", "operator"])
def test_schemathesis_finds_nothing(own_api: Api, who: str, tmp_path: Path) -> None:
    command = [
        str(Path(sys.executable).parent / "schemathesis"),
        *("--config-file", str(Path(__file__).parent / "schemathesis.toml")),
        *("run", f"{own_api.url}/openapi.json", "--url", own_api.url),
        *("-H", f"Authorization: Bearer {own_api.token(who)}"),
        *("--checks", "all", "--max-examples", "5", "--workers", "1", "--no-color"),
    ]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False)
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
    lines = [json.loads(line) for line in own_api.child.said().splitlines() if line.startswith("{")]
    assert not [line for line in lines if line.get("status") == 500]
