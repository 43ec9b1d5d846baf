"""What each kind of process may do at Kafka: a user for each kind, with the least rights.

Users are optional, as the roles at PostgreSQL are. An administrator makes them and grants what is listed here:
`pedidos roles --kafka` prints the commands. With one user for all processes, it needs all of these rights.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from kafka.admin import ACL, ACLOperation, ACLPermissionType, ACLResourcePatternType, ResourcePattern, ResourceType

from pedidos.messaging.groups import BRIDGE, NOTIFIER, ConsumerGroup
from pedidos.messaging.topics import DEAD_LETTERS, EVENTS, PLACED

PREFIX = "pedidos"
"""With it the names of all our topics and groups begin."""
CLUSTER = "kafka-cluster"
"""The name by which Kafka knows the cluster in its rights."""

READ, WRITE, DESCRIBE, CREATE = (
    ACLOperation.READ,
    ACLOperation.WRITE,
    ACLOperation.DESCRIBE,
    ACLOperation.CREATE,
)
DESCRIBE_CONFIGS = ACLOperation.DESCRIBE_CONFIGS


class Right(NamedTuple):
    """resource: topic, group or cluster. all_of: on every name that begins so. READ and WRITE include DESCRIBE."""

    resource: ResourceType
    name: str
    operations: tuple[ACLOperation, ...]
    all_of: bool = False


def _topic(name: str, *operations: ACLOperation) -> Right:
    return Right(ResourceType.TOPIC, name, operations)


def _consumes(group: ConsumerGroup[Any]) -> tuple[Right, ...]:
    """Reads its topic, commits as a member of its group, and copies what it cannot decode."""
    return (
        _topic(group.topic, READ),
        Right(ResourceType.GROUP, group.id, (READ,)),
        _topic(DEAD_LETTERS, WRITE),
    )


_ALL_TOPICS = (ResourceType.TOPIC, PREFIX)
_SEES_GROUPS = Right(ResourceType.GROUP, PREFIX, (DESCRIBE,), all_of=True)
_SEES_CLUSTER = Right(ResourceType.CLUSTER, CLUSTER, (DESCRIBE,))

RIGHTS: Mapping[str, tuple[Right, ...]] = MappingProxyType(
    {
        # It reads what it wrote: the ends of the topics say whether Kafka has lost something.
        "relay": (_topic(PLACED, READ, WRITE), _topic(EVENTS, READ, WRITE)),
        "bridge": _consumes(BRIDGE),
        "notifier": _consumes(NOTIFIER),
        "live": (_topic(EVENTS, READ),),
        "web": (Right(*_ALL_TOPICS, (READ, DESCRIBE), all_of=True), _SEES_GROUPS, _SEES_CLUSTER),
        # Measures how far consumers are behind, and sends again what an operator asks for.
        "scheduler": (_topic(PLACED, WRITE), _topic(EVENTS, WRITE), _SEES_GROUPS),
        # The commands status, dead-letters and reconcile.
        "operator": (_topic(PLACED, READ, WRITE), _topic(EVENTS, READ, WRITE), _SEES_GROUPS),
        "setup": (Right(*_ALL_TOPICS, (CREATE, DESCRIBE, DESCRIBE_CONFIGS), all_of=True), _SEES_CLUSTER),
    }
)
"""By kind of process. The api and the workers do not speak to Kafka."""


def user_of(kind: str) -> str:
    """The name that this document uses for the user of a kind of process. You can choose others."""
    return f"{PREFIX}_{kind}"


def entries(kind: str, user: str) -> Iterator[ACL]:
    """The rights of a kind of process as Kafka's entries for this user, from every host."""
    for right in RIGHTS[kind]:
        pattern = ACLResourcePatternType.PREFIXED if right.all_of else ACLResourcePatternType.LITERAL
        where = ResourcePattern(right.resource, right.name, pattern)
        for operation in right.operations:
            yield ACL(f"User:{user}", "*", operation, ACLPermissionType.ALLOW, where)


def granting() -> str:
    """Commands that grant the rights, for the administrator of a cluster."""
    return "\n".join(_command(kind, right) for kind, rights in RIGHTS.items() for right in rights)


def _command(kind: str, right: Right) -> str:
    words = ["kafka-acls.sh", "--bootstrap-server BROKER", "--command-config ADMIN.properties", "--add"]
    words.append(f"--allow-principal User:{user_of(kind)}")
    words += [f"--operation {spelled(operation)}" for operation in right.operations]
    name = "" if right.resource is ResourceType.CLUSTER else f" {right.name}"
    words.append(f"--{right.resource.name.lower()}{name}")
    if right.all_of:
        words.append("--resource-pattern-type prefixed")
    return " ".join(words)


def spelled(operation: ACLOperation) -> str:
    """The operation as kafka-acls.sh writes it."""
    return "".join(word.capitalize() for word in operation.name.split("_"))
