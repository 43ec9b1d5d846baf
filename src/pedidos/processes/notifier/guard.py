"""Opens connections to subscribers, and to nothing inside: the address that is actually connected to is checked.

A check of names before the connection is not enough: a name may lead elsewhere a moment later, and a resolver is never
asked about an address.
"""

import socket

from aiohttp import AddrInfoType

from pedidos.domain.inner_addresses import is_public


class InnerAddress(OSError):
    """The endpoint leads to an address that is not public."""


class Guard:
    """allow_loopback: a local demo, whose subscribers are on this machine."""

    def __init__(self, *, allow_loopback: bool) -> None:
        self._allow_loopback = allow_loopback

    def open(self, found: AddrInfoType) -> socket.socket:
        """A socket for this address. Raises InnerAddress."""
        family, kind, protocol, _, address = found
        host = str(address[0])
        if not self.allows(host):
            raise InnerAddress(f"{host} is not a public address")
        made = socket.socket(family, kind, protocol)
        made.setblocking(False)
        return made

    def allows(self, host: str) -> bool:
        """Whether the address may be called."""
        return is_public(host) or (self._allow_loopback and host in ("127.0.0.1", "::1"))
