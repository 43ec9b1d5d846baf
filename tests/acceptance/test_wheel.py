"""The wheel, installed into an empty environment, serves an order against servers that it did not start."""

import json
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import requests

from pedidos_local.processes import answers
from pedidos_local.program import Program
from tests.support.people import MARGHERITA, PIZZERIA
from tests.support.servers import Served, Servers
from tests.support.wheel import Installation, build, contents

CUSTOMER = "customer@pedidos.example"
PASSWORD = "of-the-customer"
GATEWAY_KEY = "key-of-the-platform"
ADDRESSES = ("database_url", "valkey_url", "kafka_bootstrap")


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


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[str]:
    """The address of a payment provider: the simulator, which is not in the wheel."""
    port = free_port()
    variables = {
        "GATEWAY_BOOK": tmp_path / "book.sqlite",
        "GATEWAY_KEY": GATEWAY_KEY,
        "GATEWAY_ADMIN_KEY": "key-of-nobody",
        "PORT": port,
    }
    environment = {f"PEDIDOS_{name}": str(value) for name, value in variables.items()}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    command = [sys.executable, "-m", "pedidos_gateway"]
    served = Served(
        Program("gateway", "gateway", command, lambda: answers(port), environment), tmp_path / "gateway.log"
    )
    yield f"http://127.0.0.1:{port}"
    served.end()


def test_the_wheel_holds_the_product_alone(wheel: Path) -> None:
    (metadata,) = (name for name in contents(wheel) if name.endswith(".dist-info"))
    assert contents(wheel) == {"pedidos", metadata}


def test_the_wheel_serves_an_order_against_external_servers(
    wheel: Path, servers: Servers, gateway: str, tmp_path: Path
) -> None:
    (tmp_path / "secrets.json").write_text(json.dumps({"accounts": {CUSTOMER: PASSWORD}}), "utf-8")
    database, broker, kafka = map(servers.address, ADDRESSES)
    settings = {
        "STATE_DIR": tmp_path,
        "KEYS_DIR": tmp_path / "keys",
        "DATABASE_URL": database,
        "BROKER_URL": broker,
        "KAFKA_BOOTSTRAP": kafka,
        "GATEWAY_URL": gateway,
        "GATEWAY_KEY": GATEWAY_KEY,
    }
    with Installation(wheel, tmp_path, settings) as installed:
        where = installed.run("python", "-c", "import pedidos; print(pedidos.__file__)")
        assert Path(where).is_relative_to(tmp_path / "environment")
        assert "schema migrated from nothing" in installed.run("pedidos", "setup")
        assert installed.run("pedidos", "topics", "--check").count("as declared") == 3
        api, live = free_port(), free_port()
        installed.start("api", api)
        installed.start("live", live)
        for kind in ("relay", "bridge", "worker", "scheduler"):
            installed.start(kind)
        installed.wait_until_all_work()
        order = placed(f"http://127.0.0.1:{api}")
        assert "order.confirmed" in watched(f"http://127.0.0.1:{live}", order)


def placed(api: str) -> dict[str, str]:
    """The id of a new order, and the token of the customer who placed it."""
    credentials = {"email": CUSTOMER, "password": PASSWORD}
    token = requests.post(f"{api}/v1/auth/token", json=credentials, timeout=10).json()["access_token"]
    items = [{"product_id": MARGHERITA, "quantity": 1}]
    answer = requests.post(
        f"{api}/v1/orders",
        json={"merchant_id": PIZZERIA, "items": items, "payment_token": "tok_ok"},
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())},
        timeout=10,
    )
    assert answer.status_code == 202, answer.text
    return {"id": answer.json()["id"], "token": token}


def watched(live: str, order: dict[str, str]) -> list[str]:
    """The types of the order's events, up to the last one of the pipeline."""
    types: list[str] = []
    url = f"{live}/v1/orders/{order['id']}/events"
    headers = {"Authorization": f"Bearer {order['token']}"}
    with requests.get(url, headers=headers, stream=True, timeout=(10, 60)) as stream:
        assert stream.status_code == 200, stream.text
        for line in stream.iter_lines(chunk_size=1, decode_unicode=True):
            if line.startswith("event: order."):
                types.append(line.removeprefix("event: "))
                if types[-1] == "order.confirmed":
                    return types
    return types


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
