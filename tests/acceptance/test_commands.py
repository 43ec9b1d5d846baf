"""The command line on a whole platform: from up to down, with kills in between."""

import asyncio
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psutil
import pytest

from pedidos.settings.os_environment import MARK
from pedidos_local import ports
from pedidos_local.cli.journey import Basket, Journey
from pedidos_local.cli.welcome import curl_line, person, something_to_order
from pedidos_local.client.api_client import ApiClient, Json
from pedidos_local.records import created
from pedidos_local.settings import ClientSettings
from tests.support.demo import CUSTOMER, OPERATOR, OTHER_CUSTOMER
from tests.support.platform import Platform, platform_in

KINDS = (
    "postgres",
    "valkey",
    "kafka",
    "gateway",
    "postbox",
    "relay-1",
    "bridge-1",
    "notifier-1",
    "worker-1",
    "scheduler",
    "live-1",
    "api-1",
    "web-1",
)


@pytest.fixture(scope="module")
def one_platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with platform_in(tmp_path_factory.mktemp("acceptance") / "a folder with spaces") as made:
        yield made


@pytest.fixture
def platform(one_platform: Platform) -> Platform:
    """It runs, whatever the test before did to it."""
    one_platform.run("up", "-d")
    return one_platform


@pytest.fixture
def settings(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> ClientSettings:
    for name in [name for name in os.environ if name.startswith("PEDIDOS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PEDIDOS_STATE_DIR", str(platform.state_dir))
    monkeypatch.setenv("PEDIDOS_PORT_BASE", str(platform.port_base))
    return ClientSettings.load()


def ordered(said: str) -> str:
    found = re.search(r"order ([0-9a-f-]{36})", said)
    assert found is not None
    return found[1]


def read_order(settings: ClientSettings, order_id: str) -> Json:
    async def read() -> Json:
        async with person(settings, CUSTOMER) as customer:
            return await customer.order(order_id)

    return asyncio.run(read())


def test_a_second_up_says_so_and_the_line_to_paste_works(platform: Platform, settings: ClientSettings) -> None:
    said = platform.run("up")
    assert "running already" in said
    assert all(kind in said for kind in KINDS)

    async def basket() -> Basket:
        async with person(settings, CUSTOMER) as customer:
            merchant, product = await something_to_order(customer)
            return Basket(merchant["id"], {product["id"]: 2}, "tok_ok")

    line = curl_line(settings, Journey(asyncio.run(basket())))
    pasted = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True, timeout=30)
    assert " 202" in pasted.stdout.splitlines()[0]


def test_orders_end_as_their_token_says(platform: Platform) -> None:
    assert "confirmed" in platform.run("order")
    assert "declined" in platform.run("order", "--token", "tok_declined", code=1)
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat(timespec="minutes")
    assert "scheduled" in platform.run("order", "--for", tomorrow)
    assert "scheduled_for: Must be" in platform.run("order", "--for", "2020-01-01", code=1)


def test_status_knows_processes_and_pipeline(platform: Platform) -> None:
    status = platform.status()
    assert {facts["name"] for facts in status["processes"]} >= set(KINDS)
    assert all(facts["state"] == "running" and facts["responsive"] for facts in status["processes"])
    pipeline = status["pipeline"]
    assert pipeline["database"]["orders"]["confirmed"] >= 1
    assert set(pipeline["kafka_lag"]) == {"0", "1", "2", "3", "4", "5"}
    assert set(pipeline["queues"]) >= {"validate", "reserve", "charge", "confirm"}


def test_more_workers_and_bridges_share_the_work(platform: Platform, settings: ClientSettings) -> None:
    platform.run("scale", "worker=2", "bridge=2", "api=2")

    async def who_worked(orders: int) -> set[str]:
        async with person(settings, OTHER_CUSTOMER) as customer, person(settings, OPERATOR) as operator:
            merchant, product = await something_to_order(customer)
            placed = [await customer.place(merchant["id"], {product["id"]: 1}, "tok_ok") for _ in range(orders)]
            return {name for order in placed for name in await workers_of(operator, order["id"])}

    async def workers_of(operator: ApiClient, order_id: str) -> set[str]:
        async with asyncio.timeout(60):
            while (order := await operator.order(order_id))["status"] != "confirmed":
                await asyncio.sleep(0.1)
        return {entry["detail"]["by"] for entry in order["timeline"] if "by" in entry["detail"]}

    try:
        workers = asyncio.run(who_worked(40))
        assert {name for name in workers if name.startswith("worker-")} == {"worker-1", "worker-2"}
    finally:
        platform.run("scale", "worker=1", "bridge=1", "api=1")


def test_doctor_knows_the_ports_of_this_platform(platform: Platform) -> None:
    said = platform.run("doctor")
    assert "by this platform, which is up" in " ".join(said.split())


def test_a_killed_process_comes_back_and_status_says_so(platform: Platform) -> None:
    pid, restarts = platform.pids()["worker-1"], platform.processes()["worker-1"]["restarts"]
    os.kill(pid, signal.SIGKILL)
    assert "confirmed" in platform.run("order")
    facts = platform.processes()["worker-1"]
    assert facts["restarts"] == restarts + 1
    assert facts["last_exit"] == "ended by SIGKILL"
    assert facts["pid"] != pid


def test_no_order_is_placed_if_none_is_wanted(platform: Platform, settings: ClientSettings) -> None:
    def count() -> int:
        async def listed() -> int:
            async with person(settings, "operator@pedidos.example") as operator:
                return len((await operator.call("GET", "/v1/orders?limit=100"))["items"])

        return asyncio.run(listed())

    before = count()
    platform.run("down")
    said = platform.run("up", "-d", "--no-first-order")
    assert "All is ready" in said
    assert "Open in a browser" in said
    assert "A first order" not in said
    assert count() == before


def test_a_killed_supervisor_stops_nothing_and_the_next_one_takes_over(
    platform: Platform, settings: ClientSettings
) -> None:
    before = platform.pids()
    os.kill(before["supervisor"], signal.SIGKILL)
    order_id = ordered(platform.run("order"))
    assert "up` starts again" in platform.run("status", code=3)
    platform.run("up", "-d")
    assert not any(created(pid) for pid in before.values())
    assert read_order(settings, order_id)["status"] == "confirmed"


def test_after_the_death_of_everything_no_accepted_order_is_gone(platform: Platform, settings: ClientSettings) -> None:
    platform.run("scale", "worker=0")
    order_id = ordered(platform.run("order", "--patience", "1", code=1))
    for pid in platform.pids().values():
        os.kill(pid, signal.SIGKILL)
    platform.run("up", "-d")

    async def settled() -> str:
        async with person(settings, CUSTOMER) as customer, asyncio.timeout(60):
            while (status := (await customer.order(order_id))["status"]) == "received":
                await asyncio.sleep(0.2)
            return str(status)

    assert asyncio.run(settled()) != "received"


def test_reset_is_refused_while_it_runs(platform: Platform) -> None:
    assert "down" in platform.run("reset", "--yes", code=1)


def test_after_down_nothing_is_left_and_reset_removes_the_rest(platform: Platform) -> None:
    assert "Nothing is left running." in platform.run("down")
    assert "Nothing was running." in platform.run("down")
    assert not any(created(pid) for pid in platform.pids().values())
    assert all(ports.is_free(port) for port in range(platform.port_base, platform.port_base + 60))
    environments = [process.info["environ"] or {} for process in psutil.process_iter(["environ"])]
    assert not any(environment.get(MARK) == str(platform.state_dir) for environment in environments)
    platform.run("reset", "--yes")
    assert not platform.state_dir.exists()
