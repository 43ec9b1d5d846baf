"""More containers of a kind share the work, and the edge finds them and misses none that goes."""

import re

import pytest

from tests.containers.customer import Customer
from tests.containers.stack import RABBITMQ, Stack
from tests.support.waiting import until

SIZE = {"api": 2, "live": 2, "relay": 2, "bridge": 2, "worker": 3}
MEMBER = re.compile(r"^pedidos-bridge +\S+ +(bridge-\w+) .* (\d+) *$", re.MULTILINE)


@pytest.fixture
def scaled(built: Stack) -> Stack:
    if not built.runs(**SIZE):
        built.up(*[word for kind, count in SIZE.items() for word in ("--scale", f"{kind}={count}")])
    return built


@pytest.fixture
def customer(built: Stack) -> Customer:
    return Customer(built)


def workers_of(stack: Stack) -> set[str]:
    """Who has moved orders, as the event log has it."""
    question = "select distinct detail->>'by' from order_events where detail ? 'by'"
    return set(stack.execute("postgres", "psql", "-qtA", "-U", "postgres", "pedidos", "-c", question).split())


def test_three_workers_share_the_orders(scaled: Stack, customer: Customer) -> None:
    hosts = {f"worker-{each['Config']['Hostname']}" for each in scaled.inspect("worker")}
    assert len(hosts) == 3

    def all_have_worked() -> bool:
        customer.sees_confirmed(customer.place())
        return hosts <= workers_of(scaled)

    until(all_have_worked, "each of the three workers to move an order")


def test_two_bridges_share_the_partitions(scaled: Stack) -> None:
    tool = ["/opt/kafka/bin/kafka-consumer-groups.sh", "--bootstrap-server", "localhost:9092"]
    tool += ["--command-config", "/run/secrets/kafka.client.properties"]
    hosts = {f"bridge-{each['Config']['Hostname']}" for each in scaled.inspect("bridge")}

    def shared() -> bool:
        table = scaled.execute("kafka", *tool, "--describe", "--group", "pedidos-bridge", "--members")
        return {name: int(count) for name, count in MEMBER.findall(table)} == dict.fromkeys(hosts, 3)

    until(shared, "two static members with three partitions each")


def test_the_edge_uses_both_apis_and_misses_none_that_goes(scaled: Stack, customer: Customer) -> None:
    def asked() -> set[str]:
        lines = scaled.compose("logs", "--since", "60s", "api").splitlines()
        return {line.split("|")[0].strip() for line in lines if '"/v1/orders' in line}

    def both_are_asked() -> bool:
        customer.sees_confirmed(customer.place())
        return len(asked()) == 2

    until(both_are_asked, "an answer of both api containers")
    scaled.compose("up", "--detach", "--no-recreate", "--scale", "api=1", "api")
    customer.sees_confirmed(*[customer.place() for _ in range(20)])


def test_rabbitmq_does_the_same(stack: Stack, customer: Customer) -> None:
    stack.up("--scale", "worker=3", **RABBITMQ)
    customer.sees_confirmed(*[customer.place() for _ in range(10)])
    command = ["rabbitmqctl", "-q", "--no-table-headers", "list_queues", "name", "type"]
    kinds = dict(line.split("\t") for line in stack.execute("rabbitmq", *command).splitlines())
    names = ("validate", "reserve", "charge", "confirm", "undo", "expire", "retention")
    assert {name: kinds.get(name) for name in names} == dict.fromkeys(names, "quorum")
    # As RabbitMQ does it when it is stopped in order: the next message finds a dead connection.
    bridge = stack.container("bridge")
    stack.execute("rabbitmq", "rabbitmqctl", "-q", "close_all_connections", "test")
    orders = [customer.place()]
    stack.compose("restart", "rabbitmq", **RABBITMQ)
    orders.append(customer.place())
    customer.sees_confirmed(*orders)
    assert stack.container("bridge")["State"]["StartedAt"] == bridge["State"]["StartedAt"]
    stack.down()
