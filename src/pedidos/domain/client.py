"""The sender of a request, as far as the platform sees it."""

from dataclasses import dataclass

from pedidos.domain.client_network import network


@dataclass(frozen=True, slots=True)
class Client:
    """The address that the edge saw, and the header User-Agent."""

    address: str
    user_agent: str

    def seen(self) -> bytes:
        """A value that is equal for two requests of one client. For an IPv6 address only the network counts, because
        devices change the rest."""
        return f"{network(self.address)}\n{self.user_agent}".encode()
