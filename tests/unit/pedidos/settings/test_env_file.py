"""platform.env: values as they are written, and a damaged file named."""

from pathlib import Path

import pytest

from pedidos.settings import env_file
from pedidos.settings.groups.broker import BrokerSettings
from pedidos_local import environment
from pedidos_local.settings import PlatformSettings
from tests.support.settings import forget_settings, platform_settings


@pytest.mark.parametrize("password", ["a${HOME}b", "$HOME", "${NOT_SET:-x}", "it's \\ $(id) #1", "ção"])
def test_a_password_is_what_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    forget_settings(monkeypatch)
    url = f"redis://:{password}@localhost:6379/0"
    kept = platform_settings(tmp_path).model_copy(update={"broker_url": url})
    environment.write_env_file(kept)
    monkeypatch.setenv("PEDIDOS_STATE_DIR", str(tmp_path))
    assert env_file.read(tmp_path / "platform.env")["PEDIDOS_BROKER_URL"] == url
    if password != "it's \\ $(id) #1":  # no URL may hold that
        assert BrokerSettings.load().broker_url == url


@pytest.mark.parametrize("kept", [b"", b"# Written by `pedidos up`.\n", b"PEDIDOS_PORT_BASE='9400'\n"])
def test_a_whole_file_is_read(tmp_path: Path, kept: bytes) -> None:
    path = tmp_path / "platform.env"
    path.write_bytes(kept)
    assert env_file.read(path) in ({}, {"PEDIDOS_PORT_BASE": "9400"})


@pytest.mark.parametrize(
    "kept",
    [b"PEDIDOS_PORT_BASE='94", b"PEDIDOS_PORT_BASE='9400'\n" + bytes(40), bytes(40), b"\xff\xfe\x00garbage", b"?!\n"],
)
def test_a_damaged_file_is_named(tmp_path: Path, kept: bytes) -> None:
    path = tmp_path / "platform.env"
    path.write_bytes(kept)
    with pytest.raises(env_file.Damaged, match=f"{path} is damaged.*pedidos up"):
        env_file.read(path)


def test_the_environment_wins_unless_it_is_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment.write_env_file(platform_settings(tmp_path, port_base=9400))
    with (tmp_path / "platform.env").open("a", encoding="utf-8") as file:
        file.write("PEDIDOS_LOG_LEVEL='debug'\n")
    monkeypatch.setenv("PEDIDOS_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("PEDIDOS_PORT_BASE", "9500")
    monkeypatch.setenv("PEDIDOS_LOG_LEVEL", "")
    settings = PlatformSettings.load()
    assert (settings.port_base, settings.log_level) == (9500, "debug")
