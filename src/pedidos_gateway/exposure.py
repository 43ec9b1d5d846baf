"""Whether a host to listen on is reached from the internet."""

import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from ipaddress import ip_address

EVERY_ADDRESS = {"0.0.0.0": [socket.AF_INET], "::": [socket.AF_INET, socket.AF_INET6]}  # noqa: S104
"""The hosts that stand for all addresses of the machine, and of which families these are."""

_ELSEWHERE = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}  # for documentation (RFC 5737, RFC 3849)

Families = list[socket.AddressFamily]


def outward(families: Families) -> Iterator[str]:
    """The addresses from which the machine reaches other networks. Nothing is sent to find them."""
    for family in families:
        with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:  # OSError: there is no way out
            probe.connect((_ELSEWHERE[family], 9))
            yield probe.getsockname()[0]


def public_address(host: str, outward: Callable[[Families], Iterator[str]] = outward) -> str | None:
    """A public address of this machine at which a server that listens on the host is reached; None if there is none."""
    if host in EVERY_ADDRESS:
        found = list(outward(EVERY_ADDRESS[host]))
    else:
        try:
            found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, None)]
        except OSError:  # no such name: to listen there fails too, and says so
            return None
    return next((each for each in found if ip_address(each.partition("%")[0]).is_global), None)
