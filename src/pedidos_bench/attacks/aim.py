"""What an attack is aimed at."""

import ssl
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Aim:
    """host and port: of the edge, which speaks HTTPS with a certificate of ca_file. api_port: of the api process, plain
    HTTP on loopback. tokens: access tokens of customers. bodies: JSON bodies of orders."""

    host: str
    port: int
    ca_file: str
    api_port: int
    tokens: Sequence[str]
    bodies: Sequence[str]

    @property
    def authority(self) -> str:
        """The edge, as in the header Host."""
        return f"{self.host}:{self.port}"


def tls(aim: Aim, *protocols: str) -> ssl.SSLContext:
    """For connections to the edge, which offer these protocols (ALPN)."""
    context = ssl.create_default_context(cafile=aim.ca_file)
    context.set_alpn_protocols(list(protocols))
    return context
