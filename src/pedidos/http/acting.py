"""Who sends the current request, for the audit log."""

from flask import request

from pedidos.domain.audit import Who
from pedidos.http.wsgi import current


def who() -> Who:
    """The account, if the request is authenticated, and the client."""
    context = current()
    identity = context.identity
    return Who(
        account_id=identity.account_id if identity else None,
        role=identity.role if identity else None,
        session_id=identity.session_id if identity else None,
        client=request.remote_addr,
        request_id=context.request_id,
    )
