"""Clients of the task broker log in with the password of now."""

from pathlib import Path

import pytest

from pedidos.broker.clients import at_sentinels, login, provider
from pedidos.settings.groups.broker import BrokerSettings
from tests.support.settings import forget_settings


def test_a_new_connection_has_the_password_of_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forget_settings(monkeypatch)
    path = tmp_path / "url"
    path.write_text("redis://user:old@host")
    monkeypatch.setenv("PEDIDOS_BROKER_URL_FILE", str(path))
    found = provider(login(BrokerSettings()))
    assert found is not None
    assert found.get_credentials() == ("user", "old")
    path.write_text("redis://:newer@host")
    assert found.get_credentials() == ("newer",)


def test_a_broker_that_asks_for_nothing_is_told_nothing() -> None:
    assert provider(login(BrokerSettings(broker_url="redis://host"))) is None


def test_sentinels_are_trusted_as_the_broker_is_and_have_a_login_of_their_own(tmp_path: Path) -> None:
    settings = BrokerSettings(
        broker_url="sentinels://user:word@one", broker_ca_file=tmp_path / "ca.pem", sentinel_password="theirs"
    )
    options = at_sentinels(settings, socket_timeout=1.0)
    assert options["password"] == "theirs"
    assert options["username"] is None
    assert options["ssl_ca_certs"] == str(tmp_path / "ca.pem")
    assert options["ssl_check_hostname"] is True
    assert "ssl" not in at_sentinels(BrokerSettings(broker_url="sentinel://one"))
