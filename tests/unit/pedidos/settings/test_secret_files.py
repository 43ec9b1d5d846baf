"""Secrets stand in files: read at the start, and again when they are rotated."""

from pathlib import Path

import pytest

from pedidos.settings import base, secret_files
from pedidos.settings.base import ENV_FILE, SECRET, variable
from pedidos.settings.groups.broker import BrokerSettings
from pedidos.settings.groups.database import DatabaseSettings, OwnerSettings
from pedidos.settings.groups.kafka import KafkaLoginSettings, KafkaSettings
from pedidos.settings.processes import READERS, WebSettings
from pedidos_dev.readers import READERS as ALL_READERS
from tests.support.settings import forget_settings

OLD, NEW = "redis://:old@host:6379/0", "redis://:new@host:6379/0"


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forget_settings(monkeypatch)
    monkeypatch.setenv("PEDIDOS_STATE_DIR", str(tmp_path))


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "broker-url"
    path.write_text(f"{OLD}\n")
    monkeypatch.setenv("PEDIDOS_BROKER_URL_FILE", str(path))
    return path


def rotate(path: Path, text: str) -> None:
    """As an orchestrator does."""
    other = path.with_name("next")
    other.write_text(text)
    other.replace(path)


def test_every_secret_and_every_address_with_a_password_may_stand_in_a_file() -> None:
    fields = {variable(name): field for each in (*READERS, *ALL_READERS) for name, field in each.model_fields.items()}
    with_password = {"PEDIDOS_DATABASE_URL", "PEDIDOS_BROKER_URL"}
    secret = {name for name, field in fields.items() if SECRET in field.metadata or name in with_password}
    assert secret - secret_files.NAMES == set()
    assert secret_files.NAMES - fields.keys() == set()
    assert {f"{name}{secret_files.SUFFIX}" for name in secret_files.NAMES} & fields.keys() == set()


def test_a_value_is_that_of_its_file(file: Path) -> None:
    settings = BrokerSettings.load()
    assert settings.broker_url == OLD
    assert settings.file_of("broker_url") == file


def test_a_rotated_value_is_read_again(file: Path) -> None:
    settings = BrokerSettings.load()
    rotate(file, NEW)
    assert settings.now("broker_url") == NEW
    assert settings.part(BrokerSettings).now("broker_url") == NEW


def test_a_wrong_value_changes_nothing(file: Path) -> None:
    settings = BrokerSettings.load()
    for wrong in ("", "host:6379", "http://:new@host"):
        rotate(file, wrong)
        assert settings.now("broker_url") == OLD


def test_a_value_that_was_replaced_does_not_follow_the_file(file: Path) -> None:
    settings = BrokerSettings.load().model_copy(update={"broker_url": "redis://other"})
    rotate(file, NEW)
    assert settings.now("broker_url") == "redis://other"
    assert settings.file_of("broker_url") is None


@pytest.mark.usefixtures("file")
def test_a_given_value_wins() -> None:
    assert BrokerSettings(broker_url=NEW).now("broker_url") == NEW


def test_platform_env_can_name_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(OLD)
    (tmp_path / ENV_FILE).write_text(f"PEDIDOS_BROKER_URL_FILE='{secret}'\n")
    settings = BrokerSettings.load()
    rotate(secret, NEW)
    assert (settings.broker_url, settings.now("broker_url")) == (OLD, NEW)


@pytest.mark.usefixtures("file")
def test_the_file_wins_over_platform_env(tmp_path: Path) -> None:
    (tmp_path / ENV_FILE).write_text(f"PEDIDOS_BROKER_URL='{NEW}'\n")
    settings = BrokerSettings.load()
    assert settings.broker_url == OLD
    assert base.in_environment()["PEDIDOS_BROKER_URL"] == OLD


@pytest.mark.usefixtures("file")
def test_both_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEDIDOS_BROKER_URL", NEW)
    with pytest.raises(secret_files.BadFile, match="PEDIDOS_BROKER_URL and PEDIDOS_BROKER_URL_FILE are both set"):
        BrokerSettings.load()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"", "which is empty"),
        (b"\xff", "cannot be read: it is not UTF-8"),
        (b"http://user:hidden@host", "names a file with a wrong value: it should be redis://"),
    ],
)
def test_a_file_that_is_not_fit_is_named_without_its_content(file: Path, text: bytes | None, said: str) -> None:
    file.unlink()
    if text is not None:
        file.write_bytes(text)
    with pytest.raises(secret_files.BadFile, match=said) as refused:
        BrokerSettings.load()
    assert "PEDIDOS_BROKER_URL_FILE" in str(refused.value)
    assert "hidden" not in str(refused.value)


def test_the_owner_and_a_session_follow_their_own_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEDIDOS_DATABASE_URL", "postgresql://api@pooler/name")
    monkeypatch.setenv("PEDIDOS_DATABASE_POOLER", "true")
    paths = {name: tmp_path / name for name in ("owner", "direct")}
    for name, path in paths.items():
        path.write_text(f"postgresql://{name}:old@server/name")
        monkeypatch.setenv(f"PEDIDOS_DATABASE_{name.upper()}_URL_FILE", str(path))
    settings = OwnerSettings.load()
    for name, taken in (("owner", settings.as_owner()), ("direct", settings.as_session())):
        assert not taken.database_pooler
        rotate(paths[name], f"postgresql://{name}:new@server/name")
        assert taken.now("database_url") == f"postgresql://{name}:new@server/name"


def test_behind_a_pooler_a_session_needs_an_address_of_its_own() -> None:
    settings = DatabaseSettings(database_url="postgresql://pooler/name", database_pooler=True)
    with pytest.raises(base.Invalid, match="Set PEDIDOS_DATABASE_DIRECT_URL"):
        settings.as_session()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"kafka_ca_file": "ca.pem"}, "PEDIDOS_KAFKA_TLS is not"),
        ({"kafka_tls": True, "kafka_key_file": "key.pem"}, "PEDIDOS_KAFKA_CERTIFICATE_FILE"),
        ({"kafka_mechanism": "OAUTHBEARER"}, "needs a token"),
        ({"kafka_mechanism": "SCRAM-SHA-256"}, "SCRAM-SHA-256 needs a user"),
        ({"kafka_token_url": "https://id.example/token"}, "OAUTHBEARER needs a user"),
        ({"kafka_token_url": "http://id.example/token"}, "it should be https://"),
    ],
)
def test_settings_for_kafka_that_contradict_each_other(given: dict[str, object], said: str) -> None:
    with pytest.raises(base.Invalid, match=said):
        KafkaSettings.make(kafka_bootstrap="host:9092", **given)


def test_sentinels_need_the_name_of_what_they_watch() -> None:
    with pytest.raises(base.Invalid, match="PEDIDOS_SENTINEL_MASTER"):
        BrokerSettings.make(broker_url="sentinel://host:26379")


def test_pages_look_at_kafka_as_they_were_told_to() -> None:
    shared = set(KafkaLoginSettings.model_fields) - {"state_dir"}
    assert shared <= WebSettings.model_fields.keys()
