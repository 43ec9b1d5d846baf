"""The cluster of these tests, through kubectl, and the images that its pods run."""

import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from typing import Any

from tests.support.checkout import ROOT

COMMAND_SECONDS = 420
LOAD = "KUBERNETES_LOAD"
"""The variable with a command that gives the cluster the images of the Docker engine that are named after it."""

TAG = "kubernetes-tests"
NEXT = "kubernetes-tests-next"
"""The same image under another tag: what an upgrade of it replaces is every pod."""

IMAGES = {"pedidos": "product", "pedidos-edge": "edge", "pedidos-gateway": "gateway"}
"""The repository of each image, and its target in the Dockerfile."""
SERVERS = {"postgres": "postgres:18", "kafka": "apache/kafka:4.3.1", "valkey": "valkey/valkey:9"}
USERS = {"postgres": "postgres", "kafka": "appuser", "valkey": "valkey"}
"""The user in the image of each server."""


class CommandFailed(Exception):
    """A command ended with a status other than 0; the message is its output."""


def missing() -> str | None:
    """What these tests need and this machine lacks, in one sentence."""
    for program in ("kubectl", "helm", "docker"):
        if shutil.which(program) is None:
            return f"There is no command {program}."
    if not os.environ.get("KUBECONFIG"):
        return "KUBECONFIG does not name one. It has to be on this machine, and these tests use it alone."
    if not os.environ.get(LOAD):
        return f"{LOAD} is not set: a command that gives the cluster the images that are named after it."
    return None


def run(*command: str, given: str | None = None, seconds: float = COMMAND_SECONDS) -> str:
    """The command's standard output. given: its standard input. Raises CommandFailed."""
    done = subprocess.run(command, cwd=ROOT, input=given, capture_output=True, text=True, timeout=seconds, check=False)
    if done.returncode != 0:
        raise CommandFailed(f"{shlex.join(command)}:\n{done.stdout[-6000:]}{done.stderr[-6000:]}")
    return done.stdout


def build_and_load() -> None:
    """Builds our images from this checkout, and gives the cluster these and those of the servers."""
    for repository, target in IMAGES.items():
        run("docker", "build", "--quiet", "--target", target, "--tag", f"{repository}:{TAG}", ".")
        run("docker", "tag", f"{repository}:{TAG}", f"{repository}:{NEXT}")
    ours = [f"{repository}:{tag}" for repository in IMAGES for tag in (TAG, NEXT)]
    run(*shlex.split(os.environ[LOAD]), *ours, *SERVERS.values())


def users() -> dict[str, int]:
    """The id of the user in the image of each server."""
    return {
        server: int(run("docker", "run", "--rm", "--entrypoint", "id", image, "-u", USERS[server]))
        for server, image in SERVERS.items()
    }


class Namespace:
    """A namespace that these tests make and remove. Its pods have to meet the restricted Pod Security Standard."""

    def __init__(self, name: str) -> None:
        self.name = name

    def make(self) -> None:
        self.remove()
        labels = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")}
        self.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.name, "labels": labels}}])

    def remove(self) -> None:
        run("kubectl", "delete", "namespace", self.name, "--ignore-not-found", "--wait")

    def kubectl(self, *arguments: str, given: str | None = None) -> str:
        return run("kubectl", "--namespace", self.name, *arguments, given=given)

    def apply(self, manifests: Iterable[Mapping[str, Any]]) -> None:
        listed = {"apiVersion": "v1", "kind": "List", "items": list(manifests)}
        self.kubectl("apply", "--filename", "-", given=json.dumps(listed))

    def get(self, *what: str) -> list[dict[str, Any]]:
        """The objects of a kind, such as pods; arguments of kubectl get."""
        found: list[dict[str, Any]] = json.loads(self.kubectl("get", *what, "--output", "json"))["items"]
        return found

    def one(self, kind: str, name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.kubectl("get", kind, name, "--output", "json"))
        return found

    def helm(self, *arguments: str, values: Mapping[str, Any] | None = None) -> str:
        """values: on helm's standard input."""
        read = [] if values is None else ["--values", "-"]
        given = None if values is None else json.dumps(values)
        return run("helm", "--namespace", self.name, *arguments, *read, given=given)
