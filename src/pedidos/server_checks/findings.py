"""The findings of a check."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from pedidos.errors import PedidosError, ServerUnavailable
from pedidos.sentence import Sentence


@dataclass(frozen=True, slots=True)
class Flaw:
    """One problem of a server, and what to do about it. Both are sentences.

    fatal: the platform cannot work with it. Otherwise it works, but not as well as it could.
    """

    server: str
    what: Sentence
    advice: Sentence
    fatal: bool = True

    def __str__(self) -> str:
        return self.sentence

    @property
    def sentence(self) -> Sentence:
        return Sentence("{server}: {what} {advice}", server=self.server, what=self.what, advice=self.advice)


@dataclass(frozen=True, slots=True)
class Examined:
    """seen: properties of the server, such as its version."""

    server: str
    seen: str
    flaws: list[Flaw] = field(default_factory=list)


class Away(ServerUnavailable):
    """The server cannot be reached now; the message says how that was noticed."""

    def __init__(self, server: str, said: str) -> None:
        super().__init__(Sentence("{server} cannot be used now ({reason}).", server=server, reason=said))


class Unfit(PedidosError):
    """The platform cannot work with a server; the message has one line per reason."""

    def __init__(self, flaws: Iterable[Flaw]) -> None:
        super().__init__(Sentence.lines(flaw.sentence for flaw in flaws))
