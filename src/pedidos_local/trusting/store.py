"""What a store of trusted authorities can do."""

from typing import Protocol

from pedidos.errors import PedidosError
from pedidos_local.trusting.authority import Authority


class StoreFailed(PedidosError):
    """A store could not be changed. The message contains what its program said."""


class Store(Protocol):
    """place: the file or folder that changes. readers: which programs read it. missing: what the user has to do before
    it can be changed; None if nothing."""

    @property
    def place(self) -> str: ...

    @property
    def readers(self) -> str: ...

    @property
    def missing(self) -> str | None: ...

    def trusts(self, authority: Authority) -> bool:
        """Whether the authority is in the store. Raises StoreFailed."""

    def add(self, authority: Authority) -> None:
        """Adds it; nothing changes if it is in the store. Raises StoreFailed."""

    def remove_ours(self) -> int:
        """Removes every authority that a platform on this machine has added, and returns their number. Raises
        StoreFailed."""
