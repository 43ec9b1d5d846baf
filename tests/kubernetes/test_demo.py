"""The demo after its installation: it works, is reached at the edge alone, and has no more rights than it needs."""

import socket
import ssl

import pytest

from tests.kubernetes.cluster import CommandFailed, Namespace
from tests.kubernetes.customer import Customer
from tests.kubernetes.release import FULL, OURS, Release
from tests.support.chart import FORMS, RENDERED, rendered, written
from tests.support.waiting import until

MEMORY_SECONDS = 180.0
"""The metrics of a new pod come after a while."""


def test_an_order_is_confirmed_and_can_be_watched(customer: Customer) -> None:
    order_id = customer.place()
    first = next(kind for _, kind, _ in customer.watch(f"/v1/orders/{order_id}/events") if kind.startswith("order."))
    assert first == "order.placed"
    customer.sees_confirmed(order_id)


def test_the_address_of_the_load_balancer_leads_to_the_edge(release: Release) -> None:
    status = release.namespace.one("service", f"{FULL}-edge")["status"]
    address = status["loadBalancer"]["ingress"][0]["ip"]
    context = ssl.create_default_context(cafile=release.ca_file)
    with (
        socket.create_connection((address, 443), 10) as connection,
        context.wrap_socket(connection, server_hostname="localhost") as secure,
    ):
        secure.sendall(b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert secure.makefile("rb").readline().split()[1] == b"200"


def test_nothing_but_the_edge_has_an_address_outside(release: Release) -> None:
    outside = {
        each["metadata"]["name"]
        for each in release.namespace.get("services")
        if each["spec"]["type"] != "ClusterIP" or each["spec"].get("externalIPs")
    }
    assert outside == {f"{FULL}-edge"}


def test_no_pod_has_a_token_of_the_cluster(release: Release) -> None:
    for each in release.namespace.get("pods"):
        volumes = each["spec"].get("volumes", [])
        assert not [volume for volume in volumes if "projected" in volume], each["metadata"]["name"]


def test_live_cannot_read_the_private_keys(release: Release) -> None:
    there = release.namespace.kubectl("exec", f"deploy/{FULL}-live", "--", "ls", "/var/lib/pedidos/keys").split()
    assert there == ["jwks.json"]
    with pytest.raises(CommandFailed, match="No such file"):
        release.namespace.kubectl("exec", f"deploy/{FULL}-live", "--", "cat", "/var/lib/pedidos/keys/signing.pem")


def test_nothing_was_started_twice(release: Release) -> None:
    """The processes wait for their servers, and do not end because they are away."""
    restarts = {
        each["metadata"]["name"]: sum(status["restartCount"] for status in each["status"]["containerStatuses"])
        for each in release.pods(*OURS, "edge")
    }
    assert set(restarts.values()) == {0}, restarts


def test_the_memory_of_all_pods(release: Release, figures: dict[str, str]) -> None:
    def seen() -> dict[str, int]:
        lines = release.namespace.kubectl("top", "pods", "--no-headers").splitlines()
        return {line.split()[0]: int(line.split()[2].removesuffix("Mi")) for line in lines}

    running = {
        each["metadata"]["name"] for each in release.namespace.get("pods", "--field-selector=status.phase=Running")
    }

    def all_are_seen() -> bool:
        try:
            return running <= seen().keys()
        except CommandFailed:  # no metrics yet
            return False

    until(all_are_seen, "the metrics of every pod", MEMORY_SECONDS, look_seconds=3)
    used = {name: mib for name, mib in seen().items() if name in running}
    each = ", ".join(f"{name.removeprefix(f'{FULL}-').split('-')[0]} {mib}" for name, mib in sorted(used.items()))
    figures["memory of all pods"] = f"{sum(used.values())} MiB ({each})"
    for pod in release.namespace.get("pods", "--field-selector=status.phase=Running"):
        if (name := pod["metadata"]["name"]) in used:
            limit = pod["spec"]["containers"][0]["resources"]["limits"]["memory"]
            mib = int(limit.removesuffix("Mi")) if limit.endswith("Mi") else 1024 * int(limit.removesuffix("Gi"))
            assert used[name] < mib, name


@pytest.mark.parametrize("name", FORMS)
def test_the_rendered_files_are_those_of_the_chart(namespace: Namespace, name: str) -> None:  # noqa: ARG001  # needs helm
    assert written(rendered(FORMS[name])) == (RENDERED / f"{name}.yaml").read_text("utf-8")
