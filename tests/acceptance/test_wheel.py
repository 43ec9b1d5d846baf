"""The wheel, installed into an empty environment, serves an order against servers that it did not start."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests

from pedidos import __version__
from tests.support.demo import CUSTOMER, MARGHERITA, PIZZERIA
from tests.support.ports import free_port
from tests.support.processes import PLATFORM_KEY, gateway_in
from tests.support.programs import ManagedProgram
from tests.support.servers import Servers
from tests.support.settings import ACCOUNT_KEYS, RECORD_KEYS
from tests.support.wheel import Installation, build, contents

PASSWORD = "of-the-customer"
ADDRESSES = ("database_url", "valkey_url", "kafka_bootstrap")
ANSWER_SECONDS = 20
STREAM_SECONDS = (5, 60)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("wheel"))


@pytest.fixture
def servers() -> Iterator[Servers]:
    """An empty PostgreSQL, an empty Valkey, and a Kafka without topics."""
    started = Servers(ADDRESSES, prepared=False)
    try:
        yield started
    finally:
        started.end()


def test_the_wheel_holds_the_product_alone(wheel: Path) -> None:
    (metadata,) = (name for name in contents(wheel) if name.endswith(".dist-info"))
    assert contents(wheel) == {"pedidos", metadata}


def test_the_wheel_says_its_version(wheel: Path) -> None:
    assert wheel.name.startswith(f"pedidos-{__version__}-")
    assert f"pedidos-{__version__}.dist-info" in contents(wheel)


def test_the_wheel_serves_an_order_against_external_servers(wheel: Path, servers: Servers, tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text(json.dumps({"accounts": {CUSTOMER: PASSWORD}}), "utf-8")
    with ExitStack() as ending:
        gateway = ending.enter_context(gateway_in(tmp_path))
        database, broker, kafka = map(servers.address, ADDRESSES)
        settings = {
            "STATE_DIR": tmp_path,
            "KEYS_DIR": tmp_path / "keys",
            "DATABASE_URL": database,
            "BROKER_URL": broker,
            "KAFKA_BOOTSTRAP": kafka,
            "RECORD_KEYS": RECORD_KEYS,
            "ACCOUNT_KEYS": ACCOUNT_KEYS,
            "GATEWAY_URL": gateway.url,
            "GATEWAY_KEY": PLATFORM_KEY,
        }
        installed = Installation(wheel, tmp_path, settings)
        where = installed.run("python", "-c", "import pedidos; print(pedidos.__file__)")
        assert Path(where).is_relative_to(tmp_path / "environment")
        assert installed.run("pedidos", "--version") == f"pedidos {__version__}\n"
        assert "schema migrated from base" in installed.run("pedidos", "setup")
        assert installed.run("pedidos", "topics", "--check").count("as declared") == 3
        ports = {"api": free_port(), "live": free_port(), "web": free_port()}
        kinds = ("api", "live", "web", "relay", "bridge", "worker", "scheduler")
        started = [ManagedProgram(installed.process(kind, ports.get(kind)), tmp_path / f"{kind}.log") for kind in kinds]
        for process in started:
            process.begin()
            ending.callback(process.end)
        for process in started:
            process.wait_until_ready()
        order_id, token = placed(f"http://127.0.0.1:{ports['api']}")
        assert watched(f"http://127.0.0.1:{ports['live']}", order_id, token)[-1] == "order.confirmed"
        assert requests.get(f"http://127.0.0.1:{ports['web']}/", timeout=ANSWER_SECONDS).ok


def placed(api: str) -> tuple[str, str]:
    """The id of a new order, and the token of the customer who placed it."""
    credentials = {"email": CUSTOMER, "password": PASSWORD}
    signed_in = requests.post(f"{api}/v1/auth/token", json=credentials, timeout=ANSWER_SECONDS)
    token: str = signed_in.json()["access_token"]
    item: dict[str, Any] = {"product_id": MARGHERITA, "quantity": 1}
    answer = requests.post(
        f"{api}/v1/orders",
        json={"merchant_id": PIZZERIA, "items": [item], "payment_token": "tok_ok"},
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())},
        timeout=ANSWER_SECONDS,
    )
    assert answer.status_code == 202, answer.text
    order_id: str = answer.json()["id"]
    return order_id, token


def watched(live: str, order_id: str, token: str) -> list[str]:
    """The types of the order's events, up to the last one of the pipeline."""
    types: list[str] = []
    headers = {"Authorization": f"Bearer {token}"}
    with requests.get(
        f"{live}/v1/orders/{order_id}/events", headers=headers, stream=True, timeout=STREAM_SECONDS
    ) as stream:
        assert stream.status_code == 200, stream.text
        for line in map(bytes.decode, stream.iter_lines(chunk_size=1)):
            if line.startswith("event: order."):
                types.append(line.removeprefix("event: "))
                if types[-1] == "order.confirmed":
                    break
    return types
