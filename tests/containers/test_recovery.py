"""Containers killed, restarted and replaced: they come back by themselves, and no order is gone."""

from contextlib import suppress

import pytest

from tests.containers.customer import Customer
from tests.containers.stack import OURS, CommandFailed, Stack
from tests.support.waiting import until

RESTART_SECONDS = 180.0
"""Docker waits longer before each further restart, and looks at the health of a container every few seconds."""

# From within the container, so that it looks like a crash to Docker: what `docker kill` ends stays ended.
SEND = """
import os, signal
for pid in filter(str.isdigit, os.listdir("/proc")):
    with open(f"/proc/{pid}/cmdline", "rb") as file:
        words = file.read().split(bytes(1))
    if words[1:2] == [b"-m"] and words[2].startswith((b"pedidos.processes", b"pedidos_gateway")):
        os.kill(int(pid), signal.%s)
        break
"""


def started_again(stack: Stack, service: str, before: int) -> None:
    """Waits until its container was restarted once more than before, and is healthy."""
    until(lambda: stack.container(service)["RestartCount"] == before + 1, f"{service} to start again", RESTART_SECONDS)
    until(lambda: stack.healthy(service), f"{service} to be healthy", RESTART_SECONDS)


@pytest.mark.parametrize("service", OURS)
def test_a_process_that_is_killed_is_started_again(stack: Stack, customer: Customer, service: str) -> None:
    restarts = stack.container(service)["RestartCount"]
    with suppress(CommandFailed):  # it goes down with the container
        stack.execute(service, "python", "-c", SEND % "SIGKILL")
    order = customer.place()
    until(
        lambda: stack.container(service)["RestartCount"] == restarts + 1,
        f"{service} to be started again",
        RESTART_SECONDS,
    )
    until(lambda: stack.healthy(service), f"{service} to be healthy", RESTART_SECONDS)
    customer.sees_confirmed(order, customer.place())


@pytest.mark.parametrize("service", ["live", "relay"])
def test_a_process_that_hangs_is_started_again(stack: Stack, customer: Customer, service: str) -> None:
    restarts = stack.container(service)["RestartCount"]
    stack.execute(service, "python", "-c", SEND % "SIGSTOP")
    until(
        lambda: stack.container(service)["RestartCount"] == restarts + 1,
        f"{service} to be started again",
        RESTART_SECONDS,
    )
    until(lambda: stack.healthy(service), f"{service} to be healthy", RESTART_SECONDS)
    customer.sees_confirmed(customer.place())


@pytest.mark.parametrize("service", ["postgres", "kafka", "valkey"])
def test_a_server_that_is_killed_loses_nothing(stack: Stack, customer: Customer, service: str) -> None:
    orders = [customer.place() for _ in range(5)]
    stack.compose("kill", "--signal", "KILL", service)
    if service != "postgres":  # orders are accepted without the others
        orders.append(customer.place())
    stack.compose("start", service)
    customer.sees_confirmed(*orders, customer.place())


def test_after_a_restart_of_everything_it_goes_on(stack: Stack, customer: Customer) -> None:
    orders = [customer.place() for _ in range(5)]
    stack.compose("restart")
    until(stack.runs, "everything to be healthy", RESTART_SECONDS, look_seconds=1)
    customer.sees_confirmed(*orders, customer.place())


def test_after_down_and_up_the_orders_are_there(stack: Stack, customer: Customer) -> None:
    confirmed, placed = customer.place(), [customer.place() for _ in range(5)]
    customer.sees_confirmed(confirmed)
    seen = customer.order(confirmed)
    stack.down()
    stack.up()
    assert customer.order(confirmed) == seen
    customer.sees_confirmed(*placed, customer.place())
