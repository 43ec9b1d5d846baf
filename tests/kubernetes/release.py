"""The demo of the chart in a namespace: what is installed, and how it is reached from this machine."""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pedidos_dev.documents.chart import given_settings
from pedidos_drills.platform import IMPATIENT
from tests.kubernetes.cluster import NEXT, TAG, Namespace, users
from tests.support.chart import CHART, Manifest, merged

NAME = "try"
FULL = "try-pedidos"
NODE_PORT = 30443
PATIENTLY = ("--wait", "--timeout", "6m")
OURS = ("api", "live", "web", "relay", "bridge", "notifier", "worker", "scheduler")


def small() -> Manifest:
    """Requests of CPU with which two versions of everything fit on a node of two cores."""
    return {kind: {"resources": {"requests": {"cpu": "100m" if kind == "worker" else "20m"}}} for kind in OURS}


def impatient() -> dict[str, str]:
    """The settings of a drill: shorter waits, and no limits for its few customers."""
    allowed = {each.name for each in given_settings()}
    settings = {f"PEDIDOS_{name.upper()}": str(value) for name, value in IMPATIENT.items()}
    return {name: value for name, value in settings.items() if name in allowed}


class Release:
    """The demo, with two of what customers reach."""

    def __init__(self, namespace: Namespace, folder: Path) -> None:
        self.namespace = namespace
        self.ca_file = folder / "ca.pem"
        self.secrets_file = folder / "secrets.json"
        self.tag = TAG
        self._users = users()

    def _values(self, changes: Manifest) -> Manifest:
        demo = {name: {"runAsUser": number} for name, number in self._users.items()}
        usual = {
            "image": {"tag": self.tag},
            "publicUrl": f"https://localhost:{NODE_PORT}",
            "settings": impatient(),
            "processes": small(),
            "edge": {"image": {"tag": self.tag}, "service": {"nodePort": NODE_PORT}},
            "demo": {"enabled": True, **demo, "gateway": {"image": {"tag": TAG}}},
        }
        return merged(usual, changes)

    def install(self, **changes: Any) -> None:
        """Returns when every pod is ready."""
        self.namespace.helm("install", NAME, str(CHART), *PATIENTLY, values=self._values(changes))
        self._read()

    def upgrade(self, **changes: Any) -> None:
        """Returns when every pod is that of the values, and ready."""
        self.namespace.helm("upgrade", NAME, str(CHART), *PATIENTLY, values=self._values(changes))

    def next_version(self) -> None:
        """What the next upgrade installs has other images."""
        self.tag = TAG if self.tag == NEXT else NEXT

    def uninstall(self) -> None:
        self.namespace.helm("uninstall", NAME, "--wait", "--timeout", "3m")

    def secret(self, name: str) -> dict[str, str]:
        data: Mapping[str, str] = self.namespace.one("secret", f"{FULL}-{name}")["data"]
        return {key: base64.b64decode(value).decode() for key, value in data.items()}

    def address(self, service: str) -> str:
        """The address in the cluster of a server's service."""
        found: str = self.namespace.one("service", f"{FULL}-{service}")["spec"]["clusterIP"]
        return found

    def replicas(self, kind: str) -> tuple[int, int]:
        """How many pods of the kind are wanted, and how many are ready."""
        found = self.namespace.one("deployment", f"{FULL}-{kind}")
        return found["spec"]["replicas"], found["status"].get("readyReplicas", 0)

    def pods(self, *kinds: str) -> list[dict[str, Any]]:
        """The pods of these kinds that are not ending."""
        wanted = f"app.kubernetes.io/component in ({','.join(kinds)})"
        found = self.namespace.get("pods", "--selector", wanted)
        return [each for each in found if "deletionTimestamp" not in each["metadata"]]

    def whole(self) -> bool:
        """Whether each Deployment has all its pods, of its newest form, and all are ready."""
        for each in self.namespace.get("deployments"):
            wanted, status = each["spec"]["replicas"], each["status"]
            counts = {status.get(name, 0) for name in ("replicas", "updatedReplicas", "readyReplicas")}
            if counts != {wanted} or status.get("observedGeneration") != each["metadata"]["generation"]:
                return False
        return True

    def _read(self) -> None:
        """What a client needs: the authority of the edge, and the passwords of the demo's accounts."""
        self.ca_file.write_text(self.secret("edge-tls")["ca.crt"], "utf-8")
        self.secrets_file.write_text(self.secret("demo")["secrets.json"], "utf-8")
