"""The network of a client, which is what limits count: a client has many addresses of IPv6, and one network."""

import ipaddress


def network(address: str) -> str:
    """An address of IPv4 itself, and the /64 of one of IPv6. What is no address is returned as it is."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed.packed, 64), strict=False))
