"""Regenerates locks/kafka.lock: `python -m pedidos_local.kafka_lock [VERSION]`; needs the network.

Resolves what kafka_2.13 needs at run time, adds the SLF4J binding without which the broker logs nothing, downloads
every jar and records its hash. Read the diff before committing it.
"""

import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from jgo.maven import MavenContext

from pedidos_local.kafka_jars import DOWNLOADS_AT_A_TIME, LOCK_FILE, Jar, from_maven_central, read_lock, sha256_of

KAFKA = ("org.apache.kafka", "kafka_2.13")
LOGGING = "org.apache.logging.log4j"
HEADER = """\
# Jars of the local Apache Kafka broker, in the order of the class path.
# Written by: python -m pedidos_local.kafka_lock [VERSION]
"""


class Inconsistent(Exception):
    """The resolver mixed versions of Kafka."""


def resolve(version: str, folder: Path) -> list[tuple[str, str, str]]:
    """Group, artifact and version of every jar. Raises Inconsistent if Kafka's own jars differ in version."""
    context = MavenContext(repo_cache=folder, timeout=30)
    root = context.create_dependency(":".join((*KAFKA, version)))
    _, nodes = context.resolver.get_dependency_list([root])
    found = {(node.dep.groupId, node.dep.artifactId, node.dep.version) for node in nodes} | {(*KAFKA, version)}
    if mixed := [jar for jar in found if jar[0] == KAFKA[0] and jar[2] != version]:
        raise Inconsistent(f"beside Kafka {version} were resolved {mixed}")
    log4j = next(jar[2] for jar in found if jar[:2] == (LOGGING, "log4j-core"))
    slf4j = next(jar[2] for jar in found if jar[:2] == ("org.slf4j", "slf4j-api"))
    binding = "log4j-slf4j-impl" if slf4j.startswith("1.") else "log4j-slf4j2-impl"
    return sorted(found | {(LOGGING, binding, log4j)})


def _hashed(jar: tuple[str, str, str], folder: Path) -> Jar:
    digest = sha256_of(from_maven_central(Jar(*jar, sha256=""), folder / "-".join(jar)))
    return Jar(*jar, sha256=digest)


def main() -> None:
    """Writes the lock for the given version, or for the locked one."""
    locked = next((jar.version for jar in read_lock() if (jar.group, jar.artifact) == KAFKA), None)
    version = sys.argv[1] if len(sys.argv) > 1 else locked
    if version is None:
        sys.exit("Say which version of Kafka: python -m pedidos_local.kafka_lock VERSION")
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(DOWNLOADS_AT_A_TIME) as pool:
        resolved = resolve(version, Path(folder) / "poms")
        jars = list(pool.map(lambda jar: _hashed(jar, Path(folder)), resolved))
    lines = [f"{jar.coordinate} sha256:{jar.sha256}\n" for jar in jars]
    LOCK_FILE.write_text(HEADER + "".join(lines), "utf-8")
    sys.stdout.write(f"{len(jars)} jars of Kafka {version} written to {LOCK_FILE.name}\n")


if __name__ == "__main__":
    main()
