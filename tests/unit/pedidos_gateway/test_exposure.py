"""The simulator does not listen where the internet reaches it."""

from collections.abc import Iterator

import pytest

from pedidos.settings.base import Invalid
from pedidos_gateway.exposure import EVERY_ADDRESS, Families, outward, public_address
from pedidos_gateway.settings import GatewayProcessSettings


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "10.1.2.3", "192.168.0.9", "fd00::1", "fe80::1%lo"])
def test_a_private_host_is_fine(host: str) -> None:
    assert public_address(host) is None


@pytest.mark.parametrize("host", ["8.8.8.8", "2606:4700:4700::1111"])
def test_a_public_host_is_not(host: str) -> None:
    assert public_address(host) == host


@pytest.mark.parametrize("host", EVERY_ADDRESS)
def test_all_addresses_are_fine_where_none_is_public(host: str) -> None:
    def reached_by(*addresses: str) -> str | None:
        def found(_families: Families) -> Iterator[str]:
            yield from addresses

        return public_address(host, found)

    assert reached_by() is None
    assert reached_by("172.18.0.4", "fd00::4") is None
    assert reached_by("172.18.0.4", "2606:4700:4700::1111") == "2606:4700:4700::1111"


def test_the_way_out_is_found_without_sending_anything() -> None:
    for families in EVERY_ADDRESS.values():
        assert all(address for address in outward(families))


def test_the_process_does_not_start_there() -> None:
    settings = {"port": 1, "gateway_book": "/nowhere", "gateway_key": "a", "gateway_admin_key": "b"}
    with pytest.raises(Invalid, match=r"PEDIDOS_HOST is wrong: 8\.8\.8\.8 is a public address"):
        GatewayProcessSettings.make(host="8.8.8.8", **settings)
