"""Explains the failures of the local platform, as pedidos.cli.failures explains those of the product."""

from pedidos.cli.failures import SERVER, Explanation, Told
from pedidos.errors import first_line


def _of_edge(error: Exception) -> Told | None:
    from pedidos_local.client.api_client import Unreachable

    return Told(f"{first_line(error)}. {SERVER}") if isinstance(error, Unreachable) else None


def _of_start(error: Exception) -> Told | None:
    """The failure of a platform that a drill starts. All programs start at once, so there may be several."""
    from pedidos_local.child import StartFailed

    failed, others = error.split(StartFailed) if isinstance(error, ExceptionGroup) else (None, error)
    if failed is None or others is not None:
        return None
    first = failed.exceptions[0]
    while isinstance(first, ExceptionGroup):
        first = first.exceptions[0]
    last_words = first.log[-1:] if isinstance(first, StartFailed) else []
    return Told(": ".join([f"The platform did not start: {first}", *last_words]))


def _of_credentials(error: Exception) -> Told | None:
    from pedidos_local.credentials import Broken

    return Told(str(error), 2) if isinstance(error, Broken) else None


EXPLANATIONS: tuple[Explanation, ...] = (
    ("pedidos_local.credentials", _of_credentials),
    ("pedidos_local.client.api_client", _of_edge),
    ("pedidos_local.child", _of_start),
)
