"""A Kafka with a listener for each way in which a managed one lets clients in, and rights for each user."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kafka.admin import KafkaAdminClient, NewTopic, ScramMechanism, UserScramCredentialUpsertion

from pedidos.messaging.kafka import admin
from pedidos.messaging.rights import RIGHTS, entries, user_of
from pedidos.messaging.topics import DEAD_LETTERS, EVENTS, PLACED
from pedidos.settings.groups.kafka import KafkaSettings
from pedidos_local import kafka
from pedidos_local.ports import LOOPBACK
from pedidos_local.program import Program
from pedidos_local.settings import LocalSettings
from tests.servers.authority import Authority
from tests.servers.daemons import listens, started
from tests.servers.tokens import AUDIENCE, TokenServer
from tests.support.ports import PortBlock
from tests.support.programs import ManagedProgram
from tests.support.waiting import until

PASSWORD = "p@ss:/?#%;é=,"
PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule"
SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule"
BEARER = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule"
VALIDATOR = "org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler"

ODD_USER = "a=b,c"
"""A name with the signs that SCRAM writes in another way."""

PARTITIONS = {PLACED: 8, EVENTS: 8, DEAD_LETTERS: 3}

LISTENERS = {
    "INTERNAL": "PLAINTEXT",
    "TLS": "SSL",
    "MUTUAL": "SSL",
    "PLAIN": "SASL_SSL",
    "SCRAM": "SASL_SSL",
    "OAUTH": "SASL_SSL",
    "CONTROLLER": "PLAINTEXT",
}


@dataclass(frozen=True, slots=True)
class Kafka:
    """ports: by listener. INTERNAL lets the administrator in. authority: the file of who vouches for it."""

    ports: Mapping[str, int]
    authority: Path
    program: ManagedProgram

    def at(self, listener: str, **login: object) -> KafkaSettings:
        """The settings with which a client comes in by this listener."""
        safety = {} if listener == "INTERNAL" else {"kafka_tls": True, "kafka_ca_file": self.authority}
        return KafkaSettings.make(kafka_bootstrap=f"localhost:{self.ports[listener]}", **{**safety, **login})

    @contextmanager
    def administrator(self) -> Iterator[KafkaAdminClient]:
        with admin(self.at("INTERNAL")) as client:
            yield client

    def make_topics(self) -> None:
        """With more partitions than we would make."""
        with self.administrator() as client:
            client.create_topics([NewTopic(name, partitions, 1) for name, partitions in PARTITIONS.items()])

    def empty_topics(self) -> None:
        """They are made again: Kafka knows no log of events any more."""
        with self.administrator() as client:
            client.delete_topics(list(PARTITIONS))
            until(lambda: not PARTITIONS.keys() & set(client.list_topics()), "the topics to be gone")
        self.make_topics()

    def set_password(self, user: str, password: str) -> None:
        """For both mechanisms of SCRAM."""
        with self.administrator() as client:
            for mechanism in (ScramMechanism.SCRAM_SHA_256, ScramMechanism.SCRAM_SHA_512):
                changed = [UserScramCredentialUpsertion(user, mechanism, password)]
                assert client.alter_user_scram_credentials(changed) == {user: None}


@contextmanager
def running(folder: Path, authority: Authority, tokens: TokenServer) -> Iterator[Kafka]:
    """Inside, it runs: everyone who is known may do what `rights` lists, as the user of the kind of process. Its topics
    exist, with more partitions than we would make."""
    block = PortBlock()
    local = LocalSettings(state_dir=folder, port_base=block.base)
    kafka.prepare(local, None)
    (node,) = kafka.nodes(local)
    ports = {name: block.base + 20 + offset for offset, name in enumerate(LISTENERS)}
    ports["CONTROLLER"] = node.controller_port
    certificate = authority.server("localhost")
    own = _properties(ports, authority, certificate.both, tokens)
    kafka._write_properties(node.folder / kafka.PROPERTIES, kafka.properties(node, [node]) | own)
    (plain,) = kafka.programs(local, None)
    allowed = f"-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls={tokens.keys_url}"
    program = Program(
        "kafka",
        "kafka",
        [plain.command[0], allowed, *plain.command[1:]],
        listens(ports["OAUTH"]),
        env=plain.env,
        cwd=plain.cwd,
        stop_seconds=20,
    )
    managed = started(program, folder)
    try:
        found = Kafka(ports, authority.file, managed)
        with found.administrator() as client:
            wanted = [entry for kind in RIGHTS for entry in entries(kind, user_of(kind))]
            assert client.create_acls(wanted)["failed"] == []
        found.make_topics()
        for user in (ODD_USER, *map(user_of, RIGHTS)):
            found.set_password(user, PASSWORD)
        yield found
    finally:
        managed.end()
        block.close()


def _properties(ports: Mapping[str, int], authority: Authority, both: Path, tokens: TokenServer) -> dict[str, str]:
    clients = {name: port for name, port in ports.items() if name != "CONTROLLER"}
    written = json.dumps(PASSWORD)  # Java reads properties as Latin-1, and other characters as JSON writes them
    users = "".join(f" user_{user_of(kind)}={written}" for kind in RIGHTS)
    return {
        "listeners": ",".join(f"{name}://{LOOPBACK}:{port}" for name, port in ports.items()),
        "advertised.listeners": ",".join(f"{name}://localhost:{port}" for name, port in clients.items()),
        "listener.security.protocol.map": ",".join(f"{name}:{protocol}" for name, protocol in LISTENERS.items()),
        "inter.broker.listener.name": "INTERNAL",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(both),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(authority.file),
        "listener.name.mutual.ssl.client.auth": "required",
        "listener.name.mutual.ssl.principal.mapping.rules": "RULE:^CN=([^,]*).*$/$1/,DEFAULT",
        "listener.name.plain.sasl.enabled.mechanisms": "PLAIN",
        "listener.name.plain.plain.sasl.jaas.config": f"{PLAIN} required{users};",
        "listener.name.scram.sasl.enabled.mechanisms": "SCRAM-SHA-256,SCRAM-SHA-512",
        "listener.name.scram.scram-sha-256.sasl.jaas.config": f"{SCRAM} required;",
        "listener.name.scram.scram-sha-512.sasl.jaas.config": f"{SCRAM} required;",
        "listener.name.oauth.sasl.enabled.mechanisms": "OAUTHBEARER",
        "listener.name.oauth.oauthbearer.sasl.jaas.config": f"{BEARER} required;",
        "listener.name.oauth.oauthbearer.sasl.server.callback.handler.class": VALIDATOR,
        "listener.name.oauth.oauthbearer.sasl.oauthbearer.jwks.endpoint.url": tokens.keys_url,
        "listener.name.oauth.oauthbearer.sasl.oauthbearer.expected.audience": AUDIENCE,
        # A token that ends is asked for again on the open connection (KIP-368).
        "listener.name.oauth.oauthbearer.connections.max.reauth.ms": "600000",
        "authorizer.class.name": kafka.AUTHORIZER,
        "super.users": "User:ANONYMOUS",
        "auto.create.topics.enable": "false",
    }
