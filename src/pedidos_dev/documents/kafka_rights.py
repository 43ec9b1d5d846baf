"""What each kind of process may do at Kafka, as a table and as commands."""

from pedidos.messaging.rights import CLUSTER, RIGHTS, Right, granting, spelled, user_of

HEAD = """# Rights at Kafka

What each kind of process does at Kafka, from `src/pedidos/messaging/rights.py`: nothing more has to be allowed. `api`
and `worker` do not speak to Kafka. `operator` stands for the commands `status`, `dead-letters` and `reconcile`, `setup`
for `setup topics` and `topics`. Read and Write include Describe. The users can have other names: give each process its
own in `PEDIDOS_KAFKA_USER`, or in its certificate. With one user for all processes, it needs all of these rights.

| process | user | rights |
|---|---|---|
"""

COMMANDS = """
An administrator grants them with the tools of Kafka (`./pedidos roles --kafka` prints these lines too):

```text
"""


def kafka_rights() -> str:
    """The document, in Markdown."""
    rows = [f"| {kind} | `{user_of(kind)}` | {'; '.join(map(_told, rights))} |\n" for kind, rights in RIGHTS.items()]
    return HEAD + "".join(rows) + COMMANDS + granting() + "\n```\n"


def _told(right: Right) -> str:
    operations = ", ".join(map(spelled, right.operations))
    if right.name == CLUSTER:
        return f"{operations} on the cluster"
    kind = right.resource.name.lower()
    return (
        f"{operations} on every {kind} `{right.name}*`"
        if right.all_of
        else f"{operations} on the {kind} `{right.name}`"
    )
