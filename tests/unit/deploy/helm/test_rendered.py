"""What the chart makes, as `helm template` wrote it: valid manifests, whose pods have no more rights than they need.

`python -m tests.support.chart` writes the files again; it needs helm. tests/kubernetes compares them with the chart.
"""

from collections.abc import Iterator
from typing import Any

import kubernetes_validate
import pytest

from pedidos_dev.documents.chart import PROCESSES
from tests.support.chart import FORMS, RENDERED, Manifest, digest, read_rendered

KUBERNETES = "1.37"
OURS = {*PROCESSES, "setup", "console", "edge", "gateway"}
OPERATORS = {"keda.sh", "monitoring.coreos.com", "gateway.networking.k8s.io"}
"""Groups whose kinds are defined by an operator, and not by Kubernetes."""


@pytest.fixture(params=FORMS)
def manifests(request: pytest.FixtureRequest) -> list[Manifest]:
    return read_rendered(request.param)


def pods(manifests: list[Manifest]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The component and the spec of each template of a pod."""
    for each in manifests:
        if each["kind"] in ("Deployment", "Job"):
            template = each["spec"]["template"]
            yield template["metadata"]["labels"]["app.kubernetes.io/component"], template["spec"]


def containers(pod: dict[str, Any]) -> list[dict[str, Any]]:
    return [*pod.get("initContainers", []), *pod["containers"]]


def test_the_files_are_those_of_the_chart() -> None:
    assert (RENDERED / "digest.txt").read_text("utf-8").strip() == digest(), "run python -m tests.support.chart"


def test_each_manifest_is_one_of_kubernetes(manifests: list[Manifest]) -> None:
    for each in manifests:
        if each["apiVersion"].partition("/")[0] not in OPERATORS:
            kubernetes_validate.validate(each, KUBERNETES, strict=True)


def test_names_are_there_once(manifests: list[Manifest]) -> None:
    names = [(each["kind"], each["metadata"]["name"]) for each in manifests]
    assert len(names) == len(set(names))


def test_pods_are_restricted(manifests: list[Manifest]) -> None:
    """As the Pod Security Standard of this name asks for, and a file system that cannot be changed."""
    for component, pod in pods(manifests):
        assert pod["securityContext"]["runAsNonRoot"] is True, component
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, component
        assert pod["automountServiceAccountToken"] is False, component
        assert pod["enableServiceLinks"] is False, component
        for container in containers(pod):
            security = container["securityContext"]
            assert security["allowPrivilegeEscalation"] is False, component
            assert security["capabilities"]["drop"] == ["ALL"], component
            assert security["capabilities"].get("add", []) == (["NET_BIND_SERVICE"] if component == "edge" else [])
            assert security.get("readOnlyRootFilesystem", False) is (component != "kafka"), component
            assert {"memory", "cpu"} <= container["resources"]["requests"].keys(), component
            assert "memory" in container["resources"]["limits"], component


def test_a_pod_has_the_passwords_of_its_process_alone(manifests: list[Manifest]) -> None:
    for component, pod in pods(manifests):
        given = [volume["secret"] for volume in pod["volumes"] if volume["name"] == "secrets"]
        for secret in given if component in OURS else ():
            kind = "setup" if component == "console" else component
            allowed = {f"{kind}.env"} | ({"secrets.json"} if component == "setup" else set())
            assert {item["key"] for item in secret["items"]} <= allowed, component
            assert secret["defaultMode"] == 0o440, component


def test_live_does_not_see_the_private_keys(manifests: list[Manifest]) -> None:
    (live,) = [pod for component, pod in pods(manifests) if component == "live"]
    (keys,) = [volume for volume in live["volumes"] if volume["name"] == "keys"]
    if "secret" in keys:
        assert [item["key"] for item in keys["secret"]["items"]] == ["jwks.json"]
    else:
        mounted = {each["name"] for each in live["containers"][0]["volumeMounts"]}
        assert "given-keys" not in mounted


def test_what_is_told_to_end_has_the_time_for_it(manifests: list[Manifest]) -> None:
    for component, pod in pods(manifests):
        waits = pod["containers"][0].get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
        if component in ("api", "live", "web"):
            assert waits > 0, component
        if component in PROCESSES:
            assert pod["terminationGracePeriodSeconds"] - waits >= 20, component


def test_a_policy_for_each_pod(manifests: list[Manifest]) -> None:
    """The first allows nothing; each component has one that says what is allowed."""
    policies = [each["spec"] for each in manifests if each["kind"] == "NetworkPolicy"]
    assert any(set(policy) == {"podSelector", "policyTypes"} for policy in policies)
    allowed = {policy["podSelector"]["matchLabels"].get("app.kubernetes.io/component") for policy in policies}
    assert {component for component, _ in pods(manifests)} <= allowed


def test_numbers_are_written_as_the_processes_read_them() -> None:
    for component, pod in pods(read_rendered("production")):
        if component in PROCESSES:
            given = {each["name"]: each.get("value") for each in pod["containers"][0]["env"]}
            assert (given["PEDIDOS_UNPAID_UNITS"], given["PEDIDOS_REPLICATION"]) == ("1000000", "3"), component


@pytest.mark.parametrize(
    ("form", "shards", "replicas"), [("demo", "1", 1), ("production", "1", 2), ("everything", "3", 3)]
)
def test_the_relays_publish_as_many_shards_as_the_values_say(form: str, shards: str, replicas: int) -> None:
    made = read_rendered(form)
    given = {
        component: variable["value"]
        for component, pod in pods(made)
        for variable in pod["containers"][0].get("env", [])
        if variable["name"] == "PEDIDOS_RELAY_SHARDS"
    }
    assert given == {"relay": shards}
    (relay,) = [
        each for each in made if (each["kind"], each["metadata"]["name"]) == ("Deployment", "shop-pedidos-relay")
    ]
    assert relay["spec"]["replicas"] == replicas


def test_no_password_is_in_a_pod(manifests: list[Manifest]) -> None:
    for component, pod in pods(manifests):
        for container in containers(pod):
            for variable in container.get("env", []):
                assert not variable["name"].endswith(("_KEY", "_KEYS", "_PASSWORD")), component
                assert "://" not in (address := str(variable.get("value", ""))) or "@" not in address, component
