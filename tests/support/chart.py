"""The Helm chart: its files, and what `helm template` makes of it for the two ways in which it is installed."""

import hashlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.support.checkout import ROOT

CHART = ROOT / "deploy" / "helm" / "pedidos"
RENDERED = ROOT / "tests" / "unit" / "deploy" / "helm" / "rendered"

KUBERNETES = "1.37.0"

Manifest = dict[str, Any]

DEMO: Manifest = {"demo": {"enabled": True}}
PRODUCTION: Manifest = {
    "publicUrl": "https://shop.example.org",
    "secrets": {"name": "passwords"},
    "keys": {"name": "signing-keys"},
    "settings": {
        "PEDIDOS_KAFKA_BOOTSTRAP": "kafka.example.org:9093",
        "PEDIDOS_GATEWAY_URL": "https://pay.example.org",
        "PEDIDOS_UNPAID_UNITS": 1000000,
        "PEDIDOS_REPLICATION": 3,
    },
    "edge": {"tls": {"secretName": "certificate"}},
    "autoscaling": {"enabled": True},
}
EVERYTHING: Manifest = {
    **PRODUCTION,
    "files": {"secretName": "authorities"},
    "processes": {"relay": {"shards": 3, "replicas": 3}},
    "console": {"enabled": True},
    "edge": {"trustedProxies": ["10.0.0.0/8"]},
    "ingress": {"enabled": True, "className": "public", "tls": {"secretName": "certificate"}},
    "gateway": {"enabled": True, "parentRefs": [{"name": "public"}]},
    "autoscaling": {
        "enabled": True,
        "by": "keda",
        "keda": {
            "secretName": "scaling",
            "broker": {"address": "valkey.example.org:6379"},
            "prometheus": {"address": "http://prometheus.example.org:9090"},
        },
    },
    "monitoring": {"podMonitor": {"enabled": True}, "prometheusRule": {"enabled": True}},
    "podAnnotations": {"example.org/note": "ours"},
    "nodeSelector": {"kubernetes.io/os": "linux"},
    "tolerations": [{"key": "orders", "operator": "Exists"}],
    "priorityClassName": "important",
}

FORMS = {"demo": DEMO, "production": PRODUCTION, "everything": EVERYTHING}
"""Values by the name of the file with what they make."""

HIDDEN = "aGlkZGVu"
"""Stands for what is random in each rendering: passwords and certificates."""


def merged(below: Manifest, above: Manifest) -> Manifest:
    """As helm merges values."""
    both = {name: (below[name], above[name]) for name in below.keys() & above.keys()}
    deep = {name: merged(*pair) for name, pair in both.items() if all(isinstance(each, dict) for each in pair)}
    return {**below, **above, **deep}


class HelmFailed(Exception):
    """Helm ended with a status other than 0; the message is its output."""


def helm(*arguments: str, given: Manifest | None = None) -> str:
    """What helm prints. given: values, on its standard input."""
    values = ["--values", "-"] if given is not None else []
    done = subprocess.run(
        ["helm", *arguments, *values],
        input=None if given is None else json.dumps(given),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode != 0:
        raise HelmFailed(done.stdout + done.stderr)
    return done.stdout


def rendered(values: Manifest) -> list[Manifest]:
    """The manifests that the chart makes of the values."""
    made = helm("template", "shop", str(CHART), "--namespace", "shop", "--kube-version", KUBERNETES, given=values)
    return list(documents(made))


def documents(text: str) -> Iterator[Manifest]:
    return (each for each in yaml.load_all(text, Loader=yaml.CSafeLoader) if each)


def written(manifests: list[Manifest]) -> str:
    """The manifests as a file of RENDERED has them: without what differs from rendering to rendering."""
    for each in manifests:
        if each["kind"] == "Secret":
            for members in (each.get("data", {}), each.get("stringData", {})):
                members.update({name: _hidden(name, text) for name, text in members.items()})
        if each["kind"] == "ConfigMap" and "ca.crt" in each["data"]:
            each["data"]["ca.crt"] = HIDDEN
    text: str = yaml.dump_all(
        manifests, Dumper=yaml.CSafeDumper, sort_keys=True, width=120, allow_unicode=True, default_flow_style=None
    )
    return text


def _hidden(name: str, text: str) -> str:
    """Of a file of variables, the names stay."""
    if not name.endswith(".env"):
        return HIDDEN
    return "".join(f"{line.partition('=')[0]}={HIDDEN}\n" for line in text.splitlines())


def digest() -> str:
    """Of all files that helm reads, but for the schema, which changes with each setting."""
    found = hashlib.sha256()
    for path in sorted(CHART.rglob("*")):
        if path.is_file() and path.name != "values.schema.json":
            found.update(f"{path.relative_to(CHART)}\n".encode() + path.read_bytes())
    return found.hexdigest()


def render_again() -> None:
    """Writes the files of RENDERED."""
    RENDERED.mkdir(exist_ok=True)
    for name, values in FORMS.items():
        (RENDERED / f"{name}.yaml").write_text(written(rendered(values)), "utf-8")
    (RENDERED / "digest.txt").write_text(f"{digest()}\n", "utf-8")


def read_rendered(name: str) -> list[Manifest]:
    return list(documents((Path(RENDERED) / f"{name}.yaml").read_text("utf-8")))


if __name__ == "__main__":
    render_again()
