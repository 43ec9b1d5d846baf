"""The endpoints of the visitor: those of the shop, or those of all operators together."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from pedidos.http import problems
from pedidos.processes.web import visitors
from pedidos.processes.web.services import services
from pedidos.security import webhook_secrets
from pedidos.security.webhook_secrets import ShownSecret
from pedidos.storage.webhooks import endpoints
from pedidos.storage.webhooks.endpoints import Endpoint, Owner, Sealed


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
    return webhook_secrets.shown(services().account_keys, found.id, found.secrets)


def sealed_secrets(endpoint_id: UUID) -> Sequence[Sealed]:
    """New secrets for an endpoint, as they are stored."""
    return webhook_secrets.sealed_secrets(services().account_keys, endpoint_id)
