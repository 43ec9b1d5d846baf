"""The schema of the values of the Helm chart: Helm refuses what it does not list, also a setting whose name is not one.

The settings are those of the processes, but for what is secret, which is in Secrets, and what the chart sets itself.
"""

from typing import Any, Final, get_args

from pedidos.domain.sharding import MOST_PARTS
from pedidos.settings import secret_files
from pedidos.settings.listing import Variable, variables
from pedidos.settings.processes import READERS

Schema = dict[str, Any]

PROCESSES: Final = ("api", "web", "live", "relay", "bridge", "notifier", "worker", "scheduler")

WITH_PASSWORDS: Final = frozenset({"PEDIDOS_DATABASE_URL", "PEDIDOS_DATABASE_OWNER_URL", "PEDIDOS_BROKER_URL"})
"""Addresses that hold a password."""

OF_THE_CHART: Final = frozenset(
    f"PEDIDOS_{name}"
    for name in (
        *("INSTANCE", "HEARTBEAT_FILE", "HOST", "PORT", "STATE_DIR", "KEYS_DIR", "PUBLIC_URL", "LISTEN", "DEMO"),
        *("METRICS_HOST", "METRICS_PORT", "METRICS_TARGET", "METRICS_FOLDER", "METRICS_SOURCES", "FIGURES_FILE"),
        *("MAILBOX_DIR", "RELAY_SHARDS"),
    )
)
"""Variables that the chart and the image set."""

TEXT: Final[Schema] = {"type": "string"}
NAME: Final[Schema] = {"type": "string", "pattern": "^([a-z0-9]([-a-z0-9.]*[a-z0-9])?)?$"}
YES: Final[Schema] = {"type": "boolean"}
COUNT: Final[Schema] = {"type": "integer", "minimum": 1}
SECONDS: Final[Schema] = {"type": "integer", "minimum": 0}
PORT: Final[Schema] = {"type": "integer", "minimum": 1, "maximum": 65535}
OBJECT: Final[Schema] = {"type": "object"}
OBJECTS: Final[Schema] = {"type": "array", "items": OBJECT}
WORDS: Final[Schema] = {"type": "object", "additionalProperties": {"type": "string"}}
SHARDS: Final[Schema] = {**COUNT, "maximum": MOST_PARTS}
FEW: Final[Schema] = {"type": ["integer", "null"], "minimum": 0, "maximum": 100}
IMAGE: Final[Schema] = {"$ref": "#/definitions/image"}
SETTINGS: Final[Schema] = {"$ref": "#/definitions/settings"}
PROCESS: Final[Schema] = {"$ref": "#/definitions/process"}
REACHED: Final[Schema] = {"$ref": "#/definitions/reached"}
CONTAINER: Final[Schema] = {
    "resources": OBJECT,
    "settings": SETTINGS,
    "env": {"type": "array", "items": {"type": "object", "required": ["name"]}},
}
"""What is said of each process and of the Job."""


def values_schema() -> Schema:
    """The schema of values.yaml."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Values of the chart pedidos. Written by `./pedidos docs` from src/pedidos_dev/documents/chart.py.",
        **_closed(**_values()),
        "definitions": {
            "settings": _closed(**{each.name: _setting(each) for each in given_settings()}, **_files()),
            "process": _process(),
            "reached": _closed(ports={"type": "array", "items": PORT, "minItems": 1}, to=OBJECTS),
            "image": _closed(repository=TEXT, tag=TEXT, pullPolicy={"enum": ["IfNotPresent", "Always", "Never"]}),
        },
    }


def given_settings() -> list[Variable]:
    """The settings that values may set."""
    return [
        each
        for each in variables(READERS)
        if not each.secret and each.name not in WITH_PASSWORDS and each.name not in OF_THE_CHART
    ]


def _files() -> Schema:
    """The values that name the file of a secret, in the Secret of files.secretName."""
    secret = sorted(each.name for each in variables(READERS) if each.name in secret_files.NAMES)
    return {
        name + secret_files.SUFFIX: {**TEXT, "description": f"File that holds {name}, such as one in /etc/pedidos."}
        for name in secret
    }


def _values() -> Schema:
    return {
        "global": OBJECT,
        "publicUrl": {"type": "string", "pattern": r"^(https://[^/\s@]+/?)?$"},
        "image": IMAGE,
        "imagePullSecrets": OBJECTS,
        **dict.fromkeys(("secrets", "keys"), _closed(name=NAME)),
        "files": _closed(secretName=NAME),
        "settings": SETTINGS,
        "processes": _closed(**(dict.fromkeys(PROCESSES, PROCESS) | {"relay": _process(shards=SHARDS)})),
        "drainSeconds": SECONDS,
        "setup": _closed(waitSeconds=SECONDS, repeats=SECONDS, **CONTAINER),
        "console": _closed(enabled=YES, resources=OBJECT),
        "edge": _edge(),
        "ingress": _closed(enabled=YES, className=TEXT, annotations=WORDS, tls=_closed(secretName=NAME)),
        "gateway": _closed(enabled=YES, parentRefs=OBJECTS),
        "autoscaling": _autoscaling(),
        "monitoring": _closed(
            podMonitor=_closed(enabled=YES, interval=TEXT, labels=WORDS),
            prometheusRule=_closed(enabled=YES, labels=WORDS),
        ),
        "networkPolicies": _closed(
            enabled=YES,
            metricsFrom=OBJECTS,
            **dict.fromkeys(("postgres", "kafka", "broker", "gateway", "outside", "collector"), REACHED),
        ),
        "podAnnotations": WORDS,
        "nodeSelector": WORDS,
        "tolerations": OBJECTS,
        "priorityClassName": TEXT,
        "demo": _demo(),
    }


def _process(**more: Schema) -> Schema:
    autoscaling = _closed(
        *("min", "max", "cpuPercent"),
        **dict.fromkeys(("min", "max", "cpuPercent", "streams", "lag", "queue", "downAfterSeconds"), COUNT),
    )
    return _closed(replicas=FEW, autoscaling=autoscaling, **CONTAINER, **more)


def _edge() -> Schema:
    service = _closed(
        type={"enum": ["LoadBalancer", "NodePort", "ClusterIP"]},
        port=PORT,
        nodePort={"type": ["integer", "null"]},
        externalTrafficPolicy={"enum": ["Local", "Cluster"]},
        annotations=WORDS,
    )
    return _closed(
        image=IMAGE,
        replicas=FEW,
        resources=OBJECT,
        names=TEXT,
        tls=_closed(secretName=NAME),
        hstsSeconds=SECONDS,
        trustedProxies={"type": "array", "items": {"type": "string", "pattern": "^[0-9a-fA-F:.]+/[0-9]+$"}},
        shutdownDelaySeconds=SECONDS,
        service=service,
    )


def _autoscaling() -> Schema:
    keda = _closed(
        secretName=NAME,
        kafka=_closed(sasl={"enum": ["none", "plaintext", "scram_sha256", "scram_sha512"]}, tls=YES),
        broker=_closed(type={"enum": ["redis", "rabbitmq"]}, address=TEXT, tls=YES),
        prometheus=_closed(address=TEXT),
    )
    return _closed(enabled=YES, by={"enum": ["hpa", "keda"]}, keda=keda, fallbackReplicas=COUNT)


def _demo() -> Schema:
    server = _closed(image=TEXT, runAsUser=COUNT, resources=OBJECT)
    return _closed(
        enabled=YES,
        storage=_closed(className=TEXT, **dict.fromkeys(("postgres", "kafka", "valkey", "gateway"), TEXT)),
        **dict.fromkeys(("postgres", "kafka", "valkey"), server),
        gateway=_closed(image=IMAGE, resources=OBJECT),
    )


def _closed(*required: str, **properties: Schema) -> Schema:
    """An object with these members and no others."""
    needed = {"required": list(required)} if required else {}
    return {"type": "object", "additionalProperties": False, **needed, "properties": properties}


def _setting(each: Variable) -> Schema:
    choices = [choice for choice in get_args(each.field.annotation) if isinstance(choice, str)]
    allowed: Schema = {"enum": choices} if choices else {"type": ["string", "number", "boolean"]}
    return {"description": each.meaning, **allowed}
