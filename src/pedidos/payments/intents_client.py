"""The adapter for a provider with payment intents, in the shape of Stripe's public API (test or live mode).

A charge is a conversation: an intent is created under our key, confirmed with the customer's token, which authorises
the payment, and captured. The intent is created without the token, so the same request finds it again, or makes one
that holds no money: that is how an undo without a reference learns its id. What happens to an intent afterwards is kept
by its own states, and not by keys: one that was captured is not captured again, and one that was canceled never is. So
a payment that is refused is canceled before we say so.

The provider forgets keys after a day (KEY_SECONDS). A charge that is older is asked about by its reference only.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlencode

from pedidos.domain.payment import Answer, Verdict, order_of
from pedidos.payments import intents
from pedidos.payments.access import Key, header_lines
from pedidos.payments.answers import unknown
from pedidos.payments.intents import INTENT_ID, OUR_KEY, VERSION, Intent, Problem, Wrong
from pedidos.payments.lines import CONCURRENCY, Heard, Lines, Request
from pedidos.payments.port import Charge, Group, PartRefund, Undo

KEY_SECONDS = 23 * 3600.0
"""How long a key is trusted; the provider keeps it for a day."""

UNEXPECTED, RETURNED_ALREADY = "payment_intent_unexpected_state", "charge_already_refunded"
MORE_THAN_IS_LEFT = "more_than_is_left"
NOT_ITS_REFERENCE = "the reference of the charge is none of this provider"

_MADE = frozenset({"succeeded", "pending"})
"""States of a refund that is on its way to the customer."""

_HEADERS = (
    "Content-Type: application/x-www-form-urlencoded",
    "Accept: application/json",
    "Accept-Encoding: identity",
    "User-Agent: pedidos",
    f"Stripe-Version: {VERSION}",
)


class IntentsClient:
    """A PaymentProvider."""

    def __init__(
        self,
        base_url: str,
        timeout_seconds: float,
        concurrency: int = CONCURRENCY,
        *,
        key: Key = None,
        ca_file: Path | None = None,
    ) -> None:
        """As GatewayClient. key: the provider's secret key."""
        self._base = base_url.rstrip("/")
        self._lines = Lines(timeout_seconds, concurrency, ca_file, lambda: header_lines(_HEADERS, key))

    def charge_many(self, charges: Sequence[Charge], patience_seconds: float) -> Iterator[Group]:
        return self._lines.run([Charging(self._base, each) for each in charges], patience_seconds)

    def undo_many(self, undos: Sequence[Undo], patience_seconds: float) -> Iterator[Group]:
        return self._lines.run([Undoing(self._base, each) for each in undos], patience_seconds)

    def refund_many(self, refunds: Sequence[PartRefund], patience_seconds: float) -> Iterator[Group]:
        return self._lines.run([Returning(self._base, each) for each in refunds], patience_seconds)

    def close(self) -> None:
        """Closes this thread's connections. The client can be used again."""
        self._lines.close()


class _Conversation(ABC):
    """key: what is asked about. What breaks the contract is an unknown outcome."""

    def __init__(self, base: str, key: str) -> None:
        self.key = key
        self._base = base

    @abstractmethod
    def first(self) -> Answer | Request: ...

    @abstractmethod
    def _good(self, told: Mapping[str, object]) -> Answer | Request:
        """After a 200. Raises Wrong."""

    @abstractmethod
    def _bad(self, status: int, problem: Problem) -> Answer | Request:
        """After an error that is the request's. Raises Wrong."""

    def heard(self, said: Heard) -> Answer | Request:
        try:
            told = intents.told(said)
            if said.status == 200:
                return self._good(told)
            problem = intents.problem(told)
            if said.status in (400, 402):
                return self._bad(said.status, problem)
            return unknown(f"HTTP {said.status}: {problem.code or problem.kind}")
        except Wrong as wrong:
            return unknown(f"HTTP {said.status}: {wrong}")

    def _post(self, path: str, members: Mapping[str, object], key: str | None = None) -> Request:
        headers = () if key is None else (f"Idempotency-Key: {key}",)
        return Request(f"{self._base}/v1/{path}", urlencode(members).encode(), headers)

    def _create(self, key: str, amount_cents: int) -> Request:
        """The same for the same charge, from each process that asks."""
        members = {
            "amount": amount_cents,
            "currency": intents.CURRENCY,
            "capture_method": "manual",
            "payment_method_types[]": "card",
            f"metadata[{OUR_KEY}]": key,
        }
        return self._post("payment_intents", members, key)


class Charging(_Conversation):
    """Creates, confirms and captures; or cancels, if the payment is refused."""

    def __init__(self, base: str, charge: Charge) -> None:
        super().__init__(base, charge.key)
        self._charge = charge
        self._id: str | None = None
        self._steps = 0
        self._reason: str | None = None
        self._captures = False

    def first(self) -> Request:
        return self._create(self.key, self._charge.amount_cents)

    def _good(self, told: Mapping[str, object]) -> Answer | Request:
        found = intents.intent(told, self.key, self._charge.amount_cents, self._id)
        if self._id is None:
            # What was created may be the answer of an earlier request, and long past: confirming shows what it is now.
            self._id = found.id
            members = {"payment_method": self._charge.token, "error_on_requires_action": "true"}
            return self._post(f"payment_intents/{found.id}/confirm", members)
        if found.status == "succeeded" and (self._captures or found.returned_cents is not None):
            return self._captured(found)
        return self._after(found)

    def _bad(self, status: int, problem: Problem) -> Answer | Request:
        if self._id is None or problem.about is None or not (status == 402 or problem.code == UNEXPECTED):
            return unknown(f"HTTP {status}: {problem.code or problem.kind}")
        found = intents.intent(problem.about, self.key, self._charge.amount_cents, self._id)
        if status == 402 and found.status == "requires_payment_method":
            self._reason = problem.reason
            return self._post(f"payment_intents/{self._id}/cancel", {"cancellation_reason": "abandoned"})
        return self._after(found)

    def _after(self, found: Intent) -> Answer | Request:
        """What to do about an intent that is not new."""
        self._steps += 1
        if found.status == "canceled":
            if found.abandoned:
                return Answer(Verdict.DECLINED, None, self._reason or found.reason or "declined")
            return Answer(Verdict.VOIDED)
        if found.status == "requires_capture" and not self._captures:
            self._captures = True
            return self._post(f"payment_intents/{found.id}/capture", {})
        if found.status == "succeeded" and found.returned_cents is None and self._steps < 4:
            # It was captured before: its charge says whether the money has been returned since.
            return Request(f"{self._base}/v1/payment_intents/{found.id}?expand[]=latest_charge", None)
        return unknown(f"the intent is {found.status}")

    def _captured(self, found: Intent) -> Answer:
        if found.received_cents != self._charge.amount_cents:
            raise Wrong("it succeeded, and nothing was received")
        undone = (found.returned_cents or 0) >= self._charge.amount_cents
        return Answer(Verdict.REFUNDED if undone else Verdict.CAPTURED, found.id)


class Undoing(_Conversation):
    """Cancels the intent; returns what is left if it was captured."""

    def __init__(self, base: str, undo: Undo) -> None:
        super().__init__(base, undo.key)
        self._undo = undo
        self._id = undo.reference
        self._returns = False

    def first(self) -> Answer | Request:
        if self._id is not None:
            return self._cancel(self._id) if INTENT_ID.fullmatch(self._id) else unknown(NOT_ITS_REFERENCE)
        if _is_old(self.key):
            return unknown("it is older than the provider knows keys, and has no reference: look for it by hand")
        return self._create(self.key, self._undo.amount_cents)

    def _good(self, told: Mapping[str, object]) -> Answer | Request:
        if self._returns and self._id is not None:
            _, status = intents.refund(told, self._id, 1, self._undo.amount_cents)
            return self._returned(status)
        found = intents.intent(told, self.key, self._undo.amount_cents, self._id)
        if self._id is None:
            self._id = found.id
            return self._cancel(found.id)
        return self._after(found)

    def _bad(self, status: int, problem: Problem) -> Answer | Request:
        if self._returns and problem.code == RETURNED_ALREADY:
            return Answer(Verdict.REFUNDED, self._id)
        if problem.code != UNEXPECTED or problem.about is None:
            return unknown(f"HTTP {status}: {problem.code or problem.kind}")
        return self._after(intents.intent(problem.about, self.key, self._undo.amount_cents, self._id))

    def _after(self, found: Intent) -> Answer | Request:
        if found.status == "canceled":
            return Answer(Verdict.VOIDED)
        if found.status == "succeeded" and not self._returns:
            self._returns = True
            return self._post("refunds", {"payment_intent": found.id}, f"undo:{self.key}")
        return unknown(f"the intent is {found.status}")

    def _returned(self, status: str) -> Answer:
        return Answer(Verdict.REFUNDED, self._id) if status in _MADE else unknown(f"the refund is {status}")

    def _cancel(self, intent_id: str) -> Request:
        return self._post(f"payment_intents/{intent_id}/cancel", {"cancellation_reason": "requested_by_customer"})


class Returning(_Conversation):
    """Returns a part, by the reference of its charge: what has a part returned was captured, and we know its id."""

    def __init__(self, base: str, part: PartRefund) -> None:
        super().__init__(base, part.key)
        self._part = part

    def first(self) -> Answer | Request:
        if not INTENT_ID.fullmatch(self._part.reference or ""):
            return unknown(NOT_ITS_REFERENCE)
        members = {
            "payment_intent": self._part.reference,
            "amount": self._part.amount_cents,
            f"metadata[{OUR_KEY}]": self._part.charge,
        }
        return self._post("refunds", members, self.key)

    def _good(self, told: Mapping[str, object]) -> Answer:
        amount = self._part.amount_cents
        refund_id, status = intents.refund(told, self._part.reference or "", amount, amount)
        return Answer(Verdict.REFUNDED, refund_id) if status in _MADE else unknown(f"the refund is {status}")

    def _bad(self, status: int, problem: Problem) -> Answer:
        if problem.code == RETURNED_ALREADY or (problem.kind == "invalid_request_error" and problem.member == "amount"):
            return Answer(Verdict.DECLINED, None, MORE_THAN_IS_LEFT)
        return unknown(f"HTTP {status}: {problem.code or problem.kind}")


def _is_old(key: str) -> bool:
    """Whether the order, whose id says when it was placed (RFC 9562, version 7), is older than a key is kept."""
    order_id = order_of(key)
    return order_id.version == 7 and time.time() - (order_id.int >> 80) / 1000 > KEY_SECONDS
