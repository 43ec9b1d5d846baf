"""What measuring costs is measured in turns that favour no setting."""

from pedidos_bench.measures.telemetry import SETTINGS, turns
from pedidos_local.settings import PlatformSettings


def test_every_setting_comes_at_every_place_once() -> None:
    rounds = [turns(number) for number in range(len(SETTINGS))]
    for place in zip(*rounds, strict=True):
        assert sorted(place) == sorted(SETTINGS)


def test_settings_exist() -> None:
    for changes in SETTINGS.values():
        assert set(changes) <= set(PlatformSettings.model_fields)
