"""Redis with TLS, a user and a password with any character; and with sentinels."""

from pathlib import Path
from uuid import uuid4

import pytest
import redis as redis_py

from pedidos.domain.steps import Step
from pedidos.errors import TaskBrokerUnavailable
from pedidos.http.counting import shared_counts
from pedidos.processes.celery_app import queue_lengths
from pedidos.server_checks.findings import Away
from pedidos.settings.groups.broker import BrokerSettings, OptionalBrokerSettings
from tests.integration.server_checks.asking import Flaws
from tests.servers.brokers import MASTER, PASSWORD, SENTINEL_PASSWORD, Redis, Sentinels
from tests.servers.hints import app_for, sent, take, there_and_back
from tests.support.settings import forget_settings
from tests.support.waiting import until


def settings_for(sentinels: Sentinels) -> dict[str, object]:
    return {
        "broker_url": sentinels.url,
        "broker_ca_file": sentinels.servers[0].authority,
        "sentinel_master": MASTER,
        "sentinel_password": SENTINEL_PASSWORD,
    }


def test_hints_and_counts_go_through_tls(redis: Redis, flaws: Flaws) -> None:
    given = {"broker_url": redis.url(), "broker_ca_file": redis.authority}
    assert flaws("valkey", **given) == []
    with app_for(BrokerSettings.make(**given)) as app:
        there_and_back(app)
    counts = shared_counts(OptionalBrokerSettings.make(**given))
    assert counts is not None
    assert [counts.storage().incr("counted", 60) for _ in range(2)] == [1, 2]


def test_what_is_wrong_is_said(redis: Redis, stranger: Path, flaws: Flaws) -> None:
    (untrusted,) = flaws("valkey", broker_url=redis.url(), broker_ca_file=stranger)
    assert untrusted.startswith("! Task broker: Its certificate is not to be trusted (")
    assert "Set PEDIDOS_BROKER_CA_FILE to its authority" in untrusted
    by_another_name = redis.url().replace("@localhost:", "@127.0.0.1:")
    (another,) = flaws("valkey", broker_url=by_another_name, broker_ca_file=redis.authority)
    assert another.startswith("! Task broker: Its certificate is not to be trusted (")
    (password,) = flaws("valkey", broker_url=redis.url("wrong"), broker_ca_file=redis.authority)
    assert password.startswith("! Task broker: It refuses us (")
    assert "wrong@" not in password


def test_a_rotated_password_is_used_without_a_restart(
    redis: Redis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_settings(monkeypatch)
    file = tmp_path / "address"
    file.write_text(redis.url(number=1))
    monkeypatch.setenv("PEDIDOS_BROKER_URL_FILE", str(file))
    monkeypatch.setenv("PEDIDOS_BROKER_CA_FILE", str(redis.authority))
    counts = shared_counts(OptionalBrokerSettings())
    assert counts is not None
    storage = counts.storage()
    storage.incr("rotated", 60)
    with app_for(BrokerSettings()) as app:
        there_and_back(app)
        redis.set_password("another; one")
        try:
            file.write_text(redis.url("another; one", number=1))
            there_and_back(app)
            assert storage.incr("rotated", 60) == 2
        finally:
            redis.set_password(PASSWORD)


def test_sentinels_lead_to_the_server_that_leads(sentinels: Sentinels, stranger: Path, flaws: Flaws) -> None:
    given = settings_for(sentinels)
    assert flaws("valkey", **given) == []
    with pytest.raises(Away, match="No master found"):  # the sentinels are not trusted
        flaws("valkey", **{**given, "broker_ca_file": stranger})
    counts = shared_counts(OptionalBrokerSettings.make(**given))
    assert counts is not None
    assert counts.storage().incr("counted", 60) == 1
    with app_for(BrokerSettings.make(**given)) as app:
        there_and_back(app)
        before = sentinels.leader()
        (leading,) = (server for server in sentinels.servers if server.port == before)
        leading.program.kill()
        until(lambda: sentinels.leader() != before, "the other server to lead", 60)

        def queues_answer() -> bool:
            try:
                return queue_lengths(app)[Step.CHARGE] == 0
            except TaskBrokerUnavailable:
                return False

        until(queues_answer, "the new leader to take hints", 60)
        order_id = uuid4()
        sent(app, order_id)
        assert take(app) == [[str(order_id)]]
        assert counts.storage().incr("counted-again", 60) == 1
    with pytest.raises(redis_py.RedisError):
        redis_py.Redis(port=before, ssl=True, ssl_cert_reqs="none").ping()
