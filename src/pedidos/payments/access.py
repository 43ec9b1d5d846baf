"""How the platform shows who it is to the payment provider, and whose word it takes for who the provider is."""

import ssl
from collections.abc import Callable, Iterable
from pathlib import Path

from pedidos.errors import Misconfigured
from pedidos.sentence import Sentence

Key = str | Callable[[], str | None] | None
"""Our key for the provider, or what returns it at each request."""


def authorization(key: str | None) -> dict[str, str]:
    """The header with our key for the gateway."""
    return {} if key is None else {"Authorization": f"Bearer {key}"}


def header_lines(fixed: Iterable[str], key: Key) -> list[str]:
    """The headers of a request, with our key as it is now."""
    now = key() if callable(key) else key
    return [*fixed, *(f"{name}: {value}" for name, value in authorization(now).items())]


def trust(ca_file: Path | None) -> ssl.SSLContext | None:
    """The certificate authorities that may vouch for the gateway; None for those of the system. Raises Misconfigured if
    the file holds none."""
    try:
        return None if ca_file is None else ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise Misconfigured(
            Sentence(
                "PEDIDOS_GATEWAY_CA_FILE={ca_file} holds no certificate that can be read ({reason}). Correct it.",
                ca_file=ca_file,
                reason=error,
            )
        ) from error
