"""Settings for tests: of a platform of which some servers run, and of one of its processes."""

import os
from pathlib import Path
from typing import Any, TypeVar

import pytest

from pedidos.settings.base import PREFIX, Settings
from pedidos_local.settings import PlatformSettings

S = TypeVar("S", bound=Settings)

RECORD_KEYS = "the-key-of-the-tests"
ACCOUNT_KEYS = "the-key-of-accounts-in-tests"

NOWHERE = "127.0.0.1:1"
"""Nothing listens there."""


def platform_settings(state_dir: Path, **given: Any) -> PlatformSettings:
    """With these addresses; at those that are not given there is no server."""
    nowhere = {
        "database_url": f"postgresql://nobody:none@{NOWHERE}/none",
        "broker_url": f"redis://{NOWHERE}/0",
        "kafka_bootstrap": NOWHERE,
        "record_keys": RECORD_KEYS,
        "account_keys": ACCOUNT_KEYS,
        "gateway_url": f"http://{NOWHERE}",
        "public_url": f"https://{NOWHERE}",
        "keys_dir": state_dir / "keys",
        "gateway_book": state_dir / "gateway" / "book.sqlite",
    }
    return PlatformSettings(**{**nowhere, "state_dir": state_dir, **given})


def settings_of(kind: type[S], platform: PlatformSettings, **own: Any) -> S:
    """What one process of the platform reads, with values of its own."""
    shared = {name: getattr(platform, name) for name in kind.model_fields if name in type(platform).model_fields}
    return kind(**{**shared, **own})


def forget_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of this test run sets none."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
