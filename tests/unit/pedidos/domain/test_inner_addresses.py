import pytest

from pedidos.domain.inner_addresses import is_literal, is_public

INSIDE = (
    *("127.0.0.1", "127.255.255.254", "0.0.0.1", "10.1.2.3", "100.64.0.1", "169.254.169.254", "172.16.0.1"),
    *("172.31.255.255", "192.168.1.1", "192.0.0.8", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.1"),
    *("203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1"),
    *("2001::1", "2001:db8::1", "2002:7f00:1::", "2002:808:808::", "3fff::1", "fc00::1", "fd12::1", "fe80::1"),
    *("fe80::1%eth0", "fec0::1", "ff02::1", "[::1]", "5f00::1", "4000::1"),
)


@pytest.mark.parametrize("address", INSIDE)
def test_what_is_inside(address: str) -> None:
    assert not is_public(address)
    assert is_literal(address.partition("%")[0])


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "172.32.0.1", "11.0.0.1", "2606:4700::1111", "2a00:1450::1"])
def test_what_is_outside(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("host", ["shop.example", "", "a", "127.0.0.1.example", "1.2.3.example", "dead.beef"])
def test_a_name_is_no_address(host: str) -> None:
    assert not is_public(host)
    assert not is_literal(host)


@pytest.mark.parametrize("host", ["127.1", "0x7f000001", "2130706433", "0177.0.0.1", "0x7f.1"])
def test_short_forms_are_addresses_and_not_public(host: str) -> None:
    assert is_literal(host)
    assert not is_public(host)
