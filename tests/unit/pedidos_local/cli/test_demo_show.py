"""A demo whose live stream does not open ends with words, and not with a bare TimeoutError."""

import asyncio
from pathlib import Path
from unittest.mock import create_autospec

import pytest

from pedidos_local.cli import demo_show
from pedidos_local.cli.demo_people import Shelf
from pedidos_local.client.api_client import ApiClient
from pedidos_local.client.stream import StreamLost
from pedidos_local.settings import DemoSettings
from tests.support.settings import platform_settings, settings_of


def test_a_stream_that_does_not_open_is_reported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async def shelf(_: ApiClient) -> Shelf:
        return Shelf([("merchant", "product")], [], [])

    monkeypatch.setattr(demo_show, "look_around", shelf)
    monkeypatch.setattr(demo_show, "OPENING_SECONDS", 0.01)
    show = demo_show.Show(settings_of(DemoSettings, platform_settings(tmp_path)), seconds=1.0, rate=1.0)
    with pytest.raises(StreamLost, match=r"did not open in 0\.01 s: see `pedidos status`"):
        asyncio.run(show._play([create_autospec(ApiClient)], asyncio.Event()))
