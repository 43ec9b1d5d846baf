"""The adapter for a payment gateway with charges: one request for each, under its key. The house's simulator is one.

Answers are interpreted by payments.answers; how requests are sent, and what a failure is, by payments.lines.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import orjson

from pedidos.domain.payment import Answer, Verdict
from pedidos.payments.access import Key, header_lines
from pedidos.payments.answers import Expected, understand
from pedidos.payments.lines import CONCURRENCY, Heard, Lines, Request
from pedidos.payments.port import Charge, Group, PartRefund, Undo

_CHARGED = {
    "captured": Verdict.CAPTURED,
    "declined": Verdict.DECLINED,
    "refunded": Verdict.REFUNDED,
    "voided": Verdict.VOIDED,
}

_UNDONE = {"refunded": Verdict.REFUNDED, "voided": Verdict.VOIDED, "declined": Verdict.VOIDED}
"""A declined charge holds no money either."""

_RETURNED = {"refunded": Verdict.REFUNDED, "refused": Verdict.DECLINED}

_HEADERS = ("Content-Type: application/json", "Accept: */*", "Accept-Encoding: identity", "User-Agent: pedidos")


@dataclass(frozen=True, slots=True)
class _Ask:
    """A conversation of one request."""

    url: str
    body: bytes
    expected: Expected

    @property
    def key(self) -> str:
        return self.expected.key

    def first(self) -> Request:
        return Request(self.url, self.body, (f"Idempotency-Key: {self.key}",))

    def heard(self, said: Heard) -> Answer:
        return understand(said.status, said.content_type, said.body, self.expected)


class GatewayClient:
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
        """timeout_seconds is the maximum wait for one answer; concurrency the maximum number of concurrent requests per
        thread; key our credential, sent as a bearer token, or what returns it at each request. ca_file: as for `trust`,
        with its errors."""
        self._base = base_url.rstrip("/")
        self._charges = f"{self._base}/v1/charges"
        self._lines = Lines(timeout_seconds, concurrency, ca_file, lambda: header_lines(_HEADERS, key))

    def charge_many(self, charges: Sequence[Charge], patience_seconds: float) -> Iterator[Group]:
        return self._lines.run(
            [
                _Ask(
                    self._charges,
                    orjson.dumps({"amount_cents": charge.amount_cents, "token": charge.token}),
                    Expected(charge.key, charge.amount_cents, _CHARGED),
                )
                for charge in charges
            ],
            patience_seconds,
        )

    def undo_many(self, undos: Sequence[Undo], patience_seconds: float) -> Iterator[Group]:
        return self._lines.run(
            [
                _Ask(
                    f"{self._base}/v1/charges/{quote(undo.key, safe='')}/undo",
                    b"",
                    Expected(undo.key, undo.amount_cents, _UNDONE),
                )
                for undo in undos
            ],
            patience_seconds,
        )

    def refund_many(self, refunds: Sequence[PartRefund], patience_seconds: float) -> Iterator[Group]:
        return self._lines.run(
            [
                _Ask(
                    f"{self._base}/v1/charges/{quote(refund.charge, safe='')}/refunds",
                    orjson.dumps({"amount_cents": refund.amount_cents}),
                    Expected(refund.key, refund.amount_cents, _RETURNED),
                )
                for refund in refunds
            ],
            patience_seconds,
        )

    def close(self) -> None:
        """Closes this thread's connections. The client can be used again."""
        self._lines.close()
