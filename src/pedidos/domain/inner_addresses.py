"""Which addresses of the Internet are somebody's own, so that no subscriber makes us call them.

An own list: `ipaddress.is_global` calls NAT64, 6to4 and multicast addresses global, through which one gets inside.
Source: IANA IPv4 and IPv6 Special-Purpose Address Registries.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

INNER = tuple(
    map(
        ip_network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
            *("192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16"),
            *("192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        ),
    )
)

PUBLIC_V6 = ip_network("2000::/3")
"""All that IANA has given out. Loopback, link-local, unique local, multicast, NAT64 (64:ff9b::/96) and mapped IPv4
addresses are outside."""

INNER_V6 = tuple(map(ip_network, ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")))
"""Of these: protocol assignments with Teredo, documentation, 6to4, AS112."""


def is_public(host: str) -> bool:
    """Whether the address, an IP literal, may be called. False for what is no address."""
    try:
        address = ip_address(host.partition("%")[0].strip("[]"))
    except ValueError:
        return False
    if isinstance(address, IPv4Address):
        return not any(address in network for network in INNER)
    return _is_public_v6(address)


def _is_public_v6(address: IPv6Address) -> bool:
    return address in PUBLIC_V6 and not any(address in network for network in INNER_V6)


def is_literal(host: str) -> bool:
    """Whether the host of a URL is an address, and not a name. Also the short forms that resolvers take for one, such
    as 127.1, 0x7f000001 and 2130706433."""
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return all(part and (part.isdecimal() or part.lower().startswith("0x")) for part in host.split("."))
    return True
