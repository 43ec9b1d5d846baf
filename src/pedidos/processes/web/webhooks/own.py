"""The endpoints of the visitor: those of the shop, or those of all operators together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pedidos.http import problems
from pedidos.processes.web import visitors
from pedidos.processes.web.services import services
from pedidos.security.webhook_signing import Secret, new_secrets
from pedidos.storage.webhooks import endpoints
from pedidos.storage.webhooks.endpoints import Endpoint, Owner, Sealed


@dataclass(frozen=True, slots=True)
class ShownSecret:
    """scheme: v1 or v1a. expires_at: when it no longer signs; None for the current one."""

    scheme: str
    text: str
    expires_at: datetime | None


def owner() -> Owner:
    """Whose endpoints the visitor sees."""
    return visitors.identity().merchant_id


def endpoint(endpoint_id: UUID) -> Endpoint:
    """One of them. Raises NotFound."""
    found = endpoints.get(services().engine, owner(), endpoint_id)
    if found is None:
        raise problems.NotFound
    return found


def secrets_of(found: Endpoint) -> Iterator[ShownSecret]:
    """The secrets that sign, the newest first."""
    keys = services().account_keys
    for scheme, sealed, ends in found.secrets:
        secret = Secret("v1a" if scheme == "v1a" else "v1", keys.unseal_webhook(sealed, found.id))
        yield ShownSecret(scheme, secret.shown, ends)


def sealed_secrets(endpoint_id: UUID) -> Sequence[Sealed]:
    """New secrets for an endpoint, as they are stored."""
    keys = services().account_keys
    return [(each.scheme, keys.seal_webhook(each.raw, endpoint_id)) for each in new_secrets()]
