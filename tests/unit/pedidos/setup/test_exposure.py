"""Which addresses count as reached by others, and what is refused there."""

import pytest

from pedidos.settings.groups.serving import ExposureSettings
from pedidos.setup.exposure import (
    Exposed,
    exposed_at,
    operators_need_second_factor,
    refuse_new_demo,
    refuse_open_demo,
)


@pytest.mark.parametrize(
    "where",
    [
        {},
        {"public_url": "https://localhost:8400"},
        {"public_url": "https://127.0.0.2"},
        {"public_url": "https://[::1]:8400/"},
        {"listen": "127.0.0.1:8443"},
        {"listen": "[::1]:8443"},
        {"listen": "localhost:8443"},
    ],
)
def test_loopback_is_not_reached_by_others(where: dict[str, str]) -> None:
    settings = ExposureSettings.make(demo=True, **where)
    assert exposed_at(settings) is None
    refuse_new_demo(settings)
    refuse_open_demo(settings, ["customer@pedidos.example"])


@pytest.mark.parametrize(
    ("rule", "here", "public"), [("public", False, True), ("always", True, True), ("never", False, False)]
)
def test_when_operators_need_a_second_factor(rule: str, here: bool, public: bool) -> None:
    asked = [
        operators_need_second_factor(ExposureSettings.make(demo=False, public_url=url), rule)
        for url in ("https://localhost:8400", "https://shop.example")
    ]
    assert asked == [here, public]


@pytest.mark.parametrize(
    "where",
    [
        {"public_url": "https://shop.example"},
        {"public_url": "https://192.168.1.10:8400"},
        {"public_url": "https://localhost.shop.example"},
        {"listen": "0.0.0.0:443"},
        {"listen": "[::]:443"},
        {"listen": "8443"},
        {"public_url": "https://localhost:8400", "listen": "10.0.0.5:443"},
    ],
)
def test_demo_accounts_are_refused_elsewhere(where: dict[str, str]) -> None:
    with pytest.raises(Exposed, match="PEDIDOS_DEMO=false"):
        refuse_new_demo(ExposureSettings.make(demo=True, **where))
    without = ExposureSettings.make(demo=False, **where)
    refuse_new_demo(without)
    refuse_open_demo(without, [])
    with pytest.raises(Exposed, match="accounts disable"):
        refuse_open_demo(without, ["customer@pedidos.example"])
