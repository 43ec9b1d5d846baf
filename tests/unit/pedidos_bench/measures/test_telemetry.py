"""The measure of what measuring costs."""

from pedidos_bench.measures.telemetry import SETTINGS
from pedidos_local.settings import PlatformSettings


def test_settings_exist() -> None:
    for changes in SETTINGS.values():
        assert set(changes) <= set(PlatformSettings.model_fields)
