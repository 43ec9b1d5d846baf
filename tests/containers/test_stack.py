"""The stack after its start: it works, only the edge can be reached, and no process has more rights than it needs."""

import json
import os
import re
from pathlib import Path

import pytest

from pedidos import __version__
from pedidos.setup.demo_accounts import EMAILS
from pedidos.storage.roles import ProcessKind
from tests.containers.customer import Customer
from tests.containers.stack import OURS, CommandFailed, Stack, run, service_of
from tests.support.checkout import ROOT
from tests.support.waiting import until

SINGLE = (
    *("superuser", "owner of the tables", "valkey", "kafka", "edge", "records", "accounts"),
    *("gateway", "gateway's administrator"),
)
"""Whose secrets there are, besides one for each role at PostgreSQL and each account of the demo."""


def test_an_order_is_confirmed_and_can_be_watched(customer: Customer) -> None:
    order_id = customer.place()
    assert customer.first_of_stream(order_id) == "order.placed"
    customer.sees_confirmed(order_id)


def test_the_image_says_its_version(stack: Stack) -> None:
    assert stack.execute("api", "python", "-m", "pedidos", "--version") == f"pedidos {__version__}\n"


def test_a_payment_that_is_declined_is_declined_here_too(customer: Customer) -> None:
    order_id = customer.place(token="tok_declined")
    until(lambda: customer.order(order_id)["status"] == "declined", "the order to be declined")


def test_only_the_edge_is_published_and_only_on_loopback(stack: Stack) -> None:
    published = {
        service_of(each): [where["HostIp"] for where in bindings]
        for each in stack.inspect()
        for bindings in each["NetworkSettings"]["Ports"].values()
        if bindings
    }
    assert published == {"edge": ["127.0.0.1"]}


def test_what_is_behind_the_edge_has_no_way_out_but_the_notifier(stack: Stack) -> None:
    outside = {
        service_of(each)
        for each in stack.inspect()
        if any(name.endswith("_outside") for name in each["NetworkSettings"]["Networks"])
    }
    assert outside == {"edge", "notifier"}  # the notifier sends mails and webhooks
    networks = {name for each in stack.inspect() for name in each["NetworkSettings"]["Networks"]}
    described = json.loads(run("docker", "network", "inspect", *networks))
    assert {each["Name"].rpartition("_")[2]: each["Internal"] for each in described} == {
        "outside": False,
        "web": True,
        "inside": True,
    }


def test_no_process_has_rights_that_it_does_not_need(stack: Stack) -> None:
    for each in stack.inspect():
        service, limits = service_of(each), each["HostConfig"]
        assert limits["CapDrop"] == ["ALL"], service
        assert (limits["CapAdd"] or []) == (["CAP_NET_BIND_SERVICE"] if service == "edge" else []), service
        assert limits["SecurityOpt"] == ["no-new-privileges:true"], service
        assert limits["Memory"] > 0, service
        assert limits["ReadonlyRootfs"] or service == "kafka", service
    uids = {service: int(stack.execute(service, "id", "-u")) for service in OURS}
    assert uids == dict.fromkeys(OURS, 10001) | {"live": 10002}


def test_secrets_are_in_files_of_those_who_need_them(stack: Stack) -> None:
    passwords = set(re.findall(r"\b[0-9a-f]{36}\b", " ".join(f.read_text() for f in stack.secrets.iterdir())))
    assert len(passwords) == len(SINGLE) + len(ProcessKind) + len(EMAILS)
    described = json.dumps(stack.inspect())
    assert not [each for each in passwords if each in described]
    assert set(json.loads((stack.secrets / "secrets.json").read_text())["accounts"]) == set(EMAILS)
    with pytest.raises(CommandFailed, match="Permission denied"):
        stack.execute("live", "cat", "/var/lib/pedidos/keys/signing.pem")
    of_gateway = stack.execute("gateway", "cat", "/run/pedidos/platform.env").split()
    assert [line.partition("=")[0] for line in of_gateway] == [
        "PEDIDOS_GATEWAY_KEY",
        "PEDIDOS_GATEWAY_ADMIN_KEY",
        "PEDIDOS_PAYMENT_EVENT_SECRETS",
    ]


def test_secrets_that_are_there_stay(stack: Stack) -> None:
    before = {f.name: f.read_text() for f in stack.secrets.iterdir()}
    run(str(ROOT / "deploy" / "compose" / "make-secrets"), str(stack.secrets))
    assert {f.name: f.read_text() for f in stack.secrets.iterdir()} == before
    assert stack.secrets.stat().st_mode & 0o077 == 0


def test_without_secrets_the_error_names_what_makes_them(built: Stack, tmp_path: Path) -> None:  # noqa: ARG001  # Docker
    empty = ["docker", "compose", "--env-file", os.devnull, "--project-directory", str(tmp_path), "-f", "compose.yaml"]
    project = f"pedidos-tests-empty-{os.getpid()}"
    try:
        with pytest.raises(CommandFailed, match="make-secrets"):
            run(*empty, "create", "--no-build", "valkey", variables={"COMPOSE_PROJECT_NAME": project})
    finally:
        run(*empty, "down", "--volumes", variables={"COMPOSE_PROJECT_NAME": project})


def test_the_image_has_no_compiler_and_takes_commands(stack: Stack) -> None:
    assert "Usage: pedidos" in run("docker", "run", "--rm", "pedidos:tests")
    assert stack.execute("api", "sh", "-c", "command -v gcc cc make || echo none") == "none\n"
    run("docker", "run", "--rm", "--read-only", "--entrypoint", "python", "pedidos:tests", "-c", "import pedidos")


def test_every_process_stops_in_order_when_told_to(stack: Stack) -> None:
    stack.compose("stop", *OURS)
    assert {service: stack.container(service)["State"]["ExitCode"] for service in OURS} == dict.fromkeys(OURS, 0)
