"""What the platform asks of a payment provider, whichever it is: to charge, to undo a charge, to return a part of it.

Each request has a key of ours. Under one key, money moves once, however often it is asked. Two adapters stand behind
this port: gateway_client.py and intents_client.py; one contract test runs against both. The list of all charges, which
reconciling reads, has a port of its own: pages.py.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from pedidos.domain.payment import Answer


@dataclass(frozen=True, slots=True)
class Charge:
    key: str
    amount_cents: int
    token: str


@dataclass(frozen=True, slots=True)
class Undo:
    """amount_cents: the amount that was, or would have been, charged. reference: the provider's name of the charge, if
    it has told us."""

    key: str
    amount_cents: int
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class PartRefund:
    """charge: the key of the charge of which a part is returned. reference: the provider's name of that charge."""

    key: str
    charge: str
    amount_cents: int
    reference: str | None = None


Group = list[tuple[str, Answer]]


class PaymentProvider(Protocol):
    """No failure of the provider or the network raises: a missing answer is an answer too, Verdict.UNKNOWN. A caller
    that gets one asks again later, under the same key. One per process is enough; threads, and children that were
    forked, can share it."""

    def charge_many(self, charges: Sequence[Charge], patience_seconds: float) -> Iterator[Group]:
        """Charges all of them at the same time; yields groups of (key, answer) as they arrive, every key exactly once.

        After patience_seconds the rest is UNKNOWN: those requests are abandoned, although the provider may still
        charge. REFUNDED and VOIDED mean that the charge was undone meanwhile.
        """
        ...

    def undo_many(self, undos: Sequence[Undo], patience_seconds: float) -> Iterator[Group]:
        """Makes sure that the provider keeps no money of these keys: REFUNDED, VOIDED (none was taken, and none will
        be), or UNKNOWN."""
        ...

    def refund_many(self, refunds: Sequence[PartRefund], patience_seconds: float) -> Iterator[Group]:
        """Returns a part of a charge for each key, once: REFUNDED, DECLINED (for good: less than that is left of the
        charge), or UNKNOWN."""
        ...

    def close(self) -> None:
        """Closes this thread's connections. It can be used again."""
        ...
