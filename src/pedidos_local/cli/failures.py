"""Explains the failures of the local platform, as pedidos.cli.failures explains those of the product."""

from pedidos.cli.failures import SERVER, Explanation, Failure
from pedidos.cli.language import phrase, told
from pedidos.errors import first_line


def _of_edge(error: Exception) -> Failure | None:
    from pedidos_local.client.api_client import Unreachable

    return Failure(f"{first_line(error)}. {told(SERVER)}") if isinstance(error, Unreachable) else None


def _of_start(error: Exception) -> Failure | None:
    """The failure of a platform that a drill starts. All programs start at once, so there may be several."""
    from pedidos_local.child import StartFailed

    failed, others = error.split(StartFailed) if isinstance(error, ExceptionGroup) else (None, error)
    if failed is None or others is not None:
        return None
    first = failed.exceptions[0]
    while isinstance(first, ExceptionGroup):
        first = first.exceptions[0]
    last_words = first.log[-1:] if isinstance(first, StartFailed) else []
    return Failure(": ".join([phrase("The platform did not start: {reason}", reason=first), *last_words]))


def _of_store(error: Exception) -> Failure | None:
    from pedidos_local.trusting.store import StoreFailed

    return Failure(told(error)) if isinstance(error, StoreFailed) else None


EXPLANATIONS: tuple[Explanation, ...] = (
    ("pedidos_local.client.api_client", _of_edge),
    ("pedidos_local.child", _of_start),
    ("pedidos_local.trusting.store", _of_store),
)
