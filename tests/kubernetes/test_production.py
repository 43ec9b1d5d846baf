"""The chart beside servers that are there already: here, those of the demo. And what is refused at once."""

import base64
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pedidos_drills.ledger.records import Answered
from tests.kubernetes.cluster import TAG, CommandFailed, run
from tests.kubernetes.customer import Customer
from tests.kubernetes.release import FULL, PATIENTLY, Release, impatient, small
from tests.support.chart import CHART, Manifest, merged

NAME = "shop"
PORT = 30444
MINE = "pedidos-tests"
"""The label of the Secrets that these tests make, and take away."""


@pytest.fixture(scope="module")
def keys(made: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The Secret with keys, made as docs/kubernetes.md says."""
    folder: Path = tmp_path_factory.mktemp("keys")
    who = f"{os.getuid()}:{os.getgid()}"
    run(
        "docker",
        "run",
        "--rm",
        "--user",
        who,
        "--volume",
        f"{folder}:/var/lib/pedidos/keys",
        f"pedidos:{TAG}",
        "keys",
        "create",
    )
    made.namespace.kubectl("create", "secret", "generic", "signing-keys", f"--from-file={folder}")
    made.namespace.kubectl("label", "secret", "signing-keys", f"{MINE}=true")
    yield "signing-keys"
    made.namespace.kubectl("delete", "secrets", "--selector", MINE)


@pytest.fixture
def values(release: Release, keys: str) -> Iterator[Manifest]:
    """Of an installation that is right."""
    yield {
        "publicUrl": f"https://localhost:{PORT}",
        "image": {"tag": TAG},
        "secrets": {"name": f"{FULL}-demo"},
        "keys": {"name": keys},
        "settings": {
            **impatient(),
            "PEDIDOS_KAFKA_BOOTSTRAP": f"{FULL}-kafka:9092",
            "PEDIDOS_GATEWAY_URL": f"http://{FULL}-gateway:8000",
            "PEDIDOS_GATEWAY_INSECURE": "true",
        },
        "edge": {
            "image": {"tag": TAG},
            "replicas": 1,
            "tls": {"secretName": f"{FULL}-edge-tls"},
            "service": {"type": "NodePort", "nodePort": PORT},
        },
        "processes": {kind: {"replicas": 1, **sizes} for kind, sizes in small().items()},
        "setup": {"waitSeconds": 10},
    }
    release.namespace.helm("uninstall", NAME, "--ignore-not-found", "--wait")
    release.namespace.kubectl("delete", "jobs", "--selector", f"app.kubernetes.io/instance={NAME}")


def install(release: Release, values: Manifest, *options: str) -> str:
    return release.namespace.helm("install", NAME, str(CHART), *PATIENTLY, *options, values=values)


def refused(release: Release, values: Manifest) -> str:
    """What helm says; nothing was installed."""
    with pytest.raises(CommandFailed) as failure:
        install(release, values)
    assert not release.namespace.get("deployments", "--selector", f"app.kubernetes.io/instance={NAME}")
    return str(failure.value)


def copy(release: Release, name: str, changes: dict[str, str | None]) -> str:
    """A copy of the demo's Secret with other files, of which None are left out."""
    files: dict[str, str | None] = {**release.secret("demo"), **changes}
    data = {key: base64.b64encode(text.encode()).decode() for key, text in files.items() if text is not None}
    about = {"name": name, "labels": {MINE: "true"}}
    release.namespace.apply([{"apiVersion": "v1", "kind": "Secret", "metadata": about, "data": data}])
    return name


def test_it_is_installed_after_its_hook(release: Release, values: Manifest, answers: list[Answered]) -> None:
    said = install(release, values)
    assert "accounts create" in said
    assert not release.namespace.get("jobs", "--selector", f"app.kubernetes.io/instance={NAME}")
    customer = Customer(release, answers, PORT)
    customer.sees_confirmed(customer.place())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"publicUrl": ""}, "publicUrl is not set"),
        ({"publicURL": "https://localhost"}, "publicURL"),
        ({"settings": {"PEDIDOS_LOGLEVEL": "info"}}, "PEDIDOS_LOGLEVEL"),
        ({"settings": {"PEDIDOS_KAFKA_BOOTSTRAP": ""}}, "settings.PEDIDOS_KAFKA_BOOTSTRAP is not set"),
        ({"secrets": {"name": ""}}, "secrets.name is not set"),
        ({"secrets": {"name": "nowhere"}}, "there is no Secret nowhere in the namespace"),
        ({"secrets": {"name": f"{FULL}-demo-keys"}}, "lacks api.env, bridge.env"),
        ({"keys": {"name": f"{FULL}-demo"}}, "lacks jwks.json"),
        ({"edge": {"tls": {"secretName": "nowhere"}}}, "edge.tls.secretName: there is no Secret nowhere"),
        (
            {"publicUrl": "https://shop.example.org", "edge": {"tls": {"secretName": ""}}},
            "tls.secretName is not set",
        ),
        ({"demo": {"enabled": True}}, "a demo makes its own"),
    ],
)
def test_a_wrong_value_is_refused_by_its_name(release: Release, values: Manifest, changes: Manifest, said: str) -> None:
    assert said in refused(release, merged(values, changes))


def test_a_wrong_password_is_refused_with_postgresqls_line(release: Release, values: Manifest) -> None:
    wrong = release.secret("demo")["setup.env"].replace("postgresql://pedidos:", "postgresql://pedidos:not-")
    name = copy(release, "wrong-password", {"setup.env": wrong})
    assert "password authentication failed for user" in refused(release, {**values, "secrets": {"name": name}})


def test_a_wrong_password_of_one_process_is_refused_too(release: Release, values: Manifest) -> None:
    wrong = release.secret("demo")["worker.env"].replace("pedidos_worker:", "pedidos_worker:not-")
    name = copy(release, "wrong-worker", {"worker.env": wrong})
    said = refused(release, {**values, "secrets": {"name": name}})
    assert "worker.env: PostgreSQL: It does not let us in (password authentication failed for user" in said
    assert "Correct PEDIDOS_DATABASE_URL in worker.env." in said


def test_a_database_that_does_not_fit_is_refused_with_its_flaw(release: Release, values: Manifest) -> None:
    ask = ("exec", f"deploy/{FULL}-postgres", "--", "psql", "-U", "postgres", "-c")
    made = "create database unfit owner pedidos encoding 'LATIN1' locale_provider libc locale 'C' template template0"
    release.namespace.kubectl(*ask, made)
    try:
        unfit = release.secret("demo")["setup.env"].replace(":5432/pedidos", ":5432/unfit")
        name = copy(release, "unfit-database", {"setup.env": unfit})
        assert "has the encoding LATIN1" in refused(release, {**values, "secrets": {"name": name}})
    finally:
        release.namespace.kubectl(*ask, "drop database unfit with (force)")


@pytest.mark.parametrize("scaled", ["hpa", "none"])
def test_the_cluster_admits_what_no_controller_here_acts_on(release: Release, values: Manifest, scaled: str) -> None:
    more = {"ingress": {"enabled": True, "className": "public"}, "autoscaling": {"enabled": scaled == "hpa"}}
    install(release, merged(values, more), "--dry-run=server")
    manifests = run("helm", "template", NAME, str(CHART), "--values", "-", given=json.dumps(merged(values, more)))
    release.namespace.kubectl("apply", "--dry-run=server", "--filename", "-", given=manifests)
