"""The sender of a request, as far as the platform sees it."""

import ipaddress
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Client:
    """The address that the edge saw, and the header User-Agent."""

    address: str
    user_agent: str

    def seen(self) -> bytes:
        """A value that is equal for two requests of one client. For an IPv6 address only the network counts, because
        devices change the rest."""
        return f"{_network(self.address)}\n{self.user_agent}".encode()


def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed.packed, 64), strict=False))
