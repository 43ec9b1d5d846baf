"""Each process has the rights that it needs at Kafka, and no others."""

from kafka.admin import ACLOperation, ResourceType

from pedidos.messaging.groups import GROUPS
from pedidos.messaging.rights import RIGHTS, entries, granting, spelled
from pedidos.messaging.topics import TOPICS


def test_every_consumer_has_the_rights_of_its_group() -> None:
    for group in GROUPS.values():
        assert (group.topic, (ACLOperation.READ,)) in {(right.name, right.operations) for right in RIGHTS[group.name]}


def test_only_the_relay_and_what_sends_again_write_events() -> None:
    topics = {topic.name for topic in TOPICS if "orders" in topic.name}
    writers = {
        kind
        for kind, rights in RIGHTS.items()
        for right in rights
        if ACLOperation.WRITE in right.operations and (right.name in topics or right.all_of)
    }
    assert writers == {"relay", "scheduler", "operator"}


def test_nothing_may_alter_the_cluster() -> None:
    for rights in RIGHTS.values():
        for right in rights:
            if right.resource is ResourceType.CLUSTER:
                assert right.operations == (ACLOperation.DESCRIBE,)


def test_an_entry_names_its_user() -> None:
    assert {entry.principal for entry in entries("live", "cn=live")} == {"User:cn=live"}


def test_commands_are_those_of_kafka() -> None:
    lines = granting().splitlines()
    assert (
        "kafka-acls.sh --bootstrap-server BROKER --command-config ADMIN.properties --add"
        " --allow-principal User:pedidos_live --operation Read --topic pedidos.orders.events"
    ) in lines
    assert sum("--resource-pattern-type prefixed" in line for line in lines) == 5
    assert spelled(ACLOperation.DESCRIBE_CONFIGS) == "DescribeConfigs"
