"""The pipeline on servers as production has them: orders are confirmed, and the books agree."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from pedidos.messaging.rights import user_of
from pedidos.settings.groups.database import DatabaseSettings
from pedidos.storage.engine import make_engine
from pedidos.storage.migrations import migrate
from pedidos_local.settings import PlatformSettings
from tests.integration.pipeline.rig import USUAL, Rig, rig_on
from tests.servers import databases
from tests.servers.authority import Authority
from tests.servers.brokers import MASTER, SENTINEL_PASSWORD, Redis, Sentinels
from tests.servers.databases import VERSIONS, Database
from tests.servers.kafkas import PASSWORD, Kafka
from tests.servers.tokens import SECRET, TokenServer
from tests.support.settings import platform_settings
from tests.support.tables import rows
from tests.support.waiting import until

EVERYONE = (*USUAL, "notifier-1")
OLDER = sorted(VERSIONS)[:-1]
"""The newest one is that of the other tests."""


@pytest.fixture(autouse=True)
def topics(kafka: Kafka) -> None:
    """Empty: a relay refuses a Kafka with the events of another PostgreSQL."""
    kafka.empty_topics()


@contextmanager
def engine_on(**settings: Any) -> Iterator[Engine]:
    engine = make_engine(DatabaseSettings.make(**settings, database_pool=20, database_timeout_seconds=30), "tests")
    try:
        yield engine
    finally:
        engine.dispose()


def carries_orders(rig: Rig, *names: str) -> None:
    """Orders of all kinds end as they should."""
    rig.start(*names)
    confirmed, declined = rig.place(40), rig.place(5, "tok_declined")
    try:
        rig.wait_for(confirmed, "confirmed")
        rig.wait_for(declined, "declined")
        rig.wait_until_published()
    except AssertionError as error:
        logs = "".join(f"\n{name}:\n{rig.log(name)[-1500:]}" for name in names)
        raise AssertionError(f"{error}{logs}") from None
    rig.check()


def test_a_user_for_each_process_a_pooler_and_redis(
    kafka: Kafka, database: Database, pooler: int, redis: Redis, tmp_path: Path
) -> None:
    """Kafka by SCRAM with the least rights, PgBouncer before PostgreSQL, Redis with a user; all with TLS."""

    def of_kind(kind: str, settings: PlatformSettings) -> PlatformSettings:
        return settings.model_copy(update={"kafka_user": user_of(kind)})

    with engine_on(database_url=database.url()) as owner:
        migrate(owner)
    scram = kafka.at("SCRAM", kafka_mechanism="SCRAM-SHA-512", kafka_user="of-kind", kafka_password=PASSWORD)
    at_pooler = {"database_url": database.url(port=pooler), "database_pooler": True}
    settings = platform_settings(
        tmp_path,
        **scram.model_dump(exclude={"state_dir"}),
        **at_pooler,
        database_direct_url=database.url(),
        broker_url=redis.url(),
        broker_ca_file=redis.authority,
    )
    with engine_on(**at_pooler) as engine, rig_on(engine, settings, tmp_path, of_kind) as rig:
        carries_orders(rig, *EVERYONE)
        rig.kill("worker-1")
        rig.kill("relay-1")
        later = rig.place(10)
        rig.start("worker-1", "relay-1")
        rig.wait_for(later, "confirmed")
        rig.check()


def test_tokens_and_rabbitmq(
    kafka: Kafka, tokens: TokenServer, database: Database, rabbitmq: str, authority: Authority, tmp_path: Path
) -> None:
    """Kafka by OAUTHBEARER, PostgreSQL with certificates in place of passwords, RabbitMQ; all with TLS."""

    def of_kind(kind: str, settings: PlatformSettings) -> PlatformSettings:
        return settings.model_copy(update={"kafka_user": user_of(kind)})

    with engine_on(database_url=database.url()) as owner:
        migrate(owner)
        oauth = kafka.at("OAUTH", kafka_token_url=tokens.token_url, kafka_user="of-kind", kafka_password=SECRET)
        settings = platform_settings(
            tmp_path,
            **oauth.model_dump(exclude={"state_dir"}),
            database_url=database.url(),
            broker_url=rabbitmq,
            broker_ca_file=authority.file,
        )
        before = tokens.asked
        with rig_on(owner, settings, tmp_path, of_kind) as rig:
            carries_orders(rig, *EVERYONE)
        assert tokens.asked > before


def test_certificates_and_sentinels_that_change_the_leader(
    kafka: Kafka, authority: Authority, database: Database, sentinels: Sentinels, tmp_path: Path
) -> None:
    """Kafka by mutual TLS. The Redis that leads dies while orders are placed, and another takes its place."""

    def of_kind(kind: str, settings: PlatformSettings) -> PlatformSettings:
        certificate = authority.client(user_of(kind))
        return settings.model_copy(
            update={"kafka_certificate_file": certificate.chain, "kafka_key_file": certificate.key}
        )

    with engine_on(database_url=database.url()) as owner:
        migrate(owner)
        settings = platform_settings(
            tmp_path,
            **kafka.at("MUTUAL").model_dump(exclude={"state_dir"}),
            database_url=database.url(),
            broker_url=sentinels.url,
            broker_ca_file=authority.file,
            sentinel_master=MASTER,
            sentinel_password=SENTINEL_PASSWORD,
        )
        with rig_on(owner, settings, tmp_path, of_kind) as rig:
            carries_orders(rig, *USUAL)
            for server in sentinels.servers:
                if not server.program.running:
                    server.program.start()
            until(lambda: sentinels.followers() == 1, "the server that was killed to follow", 60)
            before = sentinels.leader()
            (leading,) = (server for server in sentinels.servers if server.port == before)
            leading.program.kill()
            during = rig.place(30)
            rig.wait_for(during, "confirmed")
            assert sentinels.leader() != before
            rig.check()


@pytest.mark.parametrize("version", OLDER or [pytest.param(0, marks=pytest.mark.skip(reason=databases.NONE_HERE))])
def test_an_older_postgresql(
    version: int, kafka: Kafka, redis: Redis, authority: Authority, folder: Path, tmp_path: Path
) -> None:
    """The whole pipeline on each older PostgreSQL that is here."""
    with (
        databases.postgres(VERSIONS[version], folder / f"pipeline-{version}", authority) as database,
        engine_on(database_url=database.url()) as owner,
    ):
        migrate(owner)
        settings = platform_settings(
            tmp_path,
            **kafka.at("TLS").model_dump(exclude={"state_dir"}),
            database_url=database.url(),
            broker_url=redis.url(),
            broker_ca_file=redis.authority,
        )
        with rig_on(owner, settings, tmp_path) as rig:
            carries_orders(rig, *EVERYONE)
            (found,) = rows(owner, "select current_setting('server_version_num')::int / 10000 as major")
            assert found.major == version
