"""Makes the secrets of webhook endpoints, as they are stored, and opens them again for their owner or for signing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pedidos.security.account_keys import AccountKeys
from pedidos.security.webhook_signing import Scheme, Secret, new_secrets


@dataclass(frozen=True, slots=True)
class ShownSecret:
    """text: as its owner needs it. expires_at: when it no longer signs; None for the current one."""

    scheme: Scheme
    text: str
    expires_at: datetime | None


def sealed_secrets(keys: AccountKeys, endpoint_id: UUID) -> list[tuple[str, bytes]]:
    """New secrets for an endpoint, one of each scheme, as they are stored."""
    return [(each.scheme, keys.seal_webhook(each.raw, endpoint_id)) for each in new_secrets()]


def opened(keys: AccountKeys, endpoint_id: UUID, scheme: str, sealed: bytes) -> Secret:
    """A stored secret. Raises Unreadable."""
    known: Scheme = "v1a" if scheme == "v1a" else "v1"
    return Secret(known, keys.unseal_webhook(sealed, endpoint_id))


def shown(
    keys: AccountKeys, endpoint_id: UUID, secrets: Sequence[tuple[str, bytes, datetime | None]]
) -> Iterator[ShownSecret]:
    """The secrets of an endpoint for its owner, in the same order. Raises Unreadable."""
    for scheme, sealed, ends in secrets:
        secret = opened(keys, endpoint_id, scheme, sealed)
        yield ShownSecret(secret.scheme, secret.shown, ends)
