"""Whether an address that a subscriber names can be one for webhooks. Where a name leads is checked at each connection
(`processes/notifier/guard.py`)."""

from urllib.parse import urlsplit

from pedidos.domain.inner_addresses import is_literal, is_public
from pedidos.sentence import Sentence

NO_ADDRESS = Sentence("Must be an address such as https://shop.example/hooks.")


def fault(url: str, *, allow_loopback: bool) -> Sentence | None:
    """Why events cannot be sent to the address; None if they can. allow_loopback: also to this machine, for a demo."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return NO_ADDRESS
    inside = host in ("localhost", "127.0.0.1", "::1")
    if not host or parts.username is not None or parts.fragment:
        return Sentence("Must have a host, and neither a user nor a fragment.")
    if allow_loopback and inside:
        return None
    if parts.scheme != "https":
        return Sentence("Must begin with https://.")
    if inside or host.endswith(".localhost") or (is_literal(host) and not is_public(host)):
        return Sentence("Must be a public address.")
    return None
