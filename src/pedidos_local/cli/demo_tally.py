"""What a demo has seen so far (orders, times, failures), and the figures made from it."""

import math
from collections import Counter, deque
from dataclasses import dataclass, field

from pedidos.domain.order import IN_FLIGHT, MONEY_RETURNED, Status
from pedidos_local.client.stream import Event

RATE_SECONDS = 10.0
SHOWN_FAILURES = 8
FAILURES = frozenset({Status.REJECTED, Status.UNAVAILABLE, Status.DECLINED, Status.EXPIRED, Status.CANCELLED})


@dataclass(slots=True)
class Tally:
    """accepted and refused: the API's answers to orders. statuses: the newest state of each order of this demo."""

    refused: Counter[str] = field(default_factory=Counter)
    statuses: dict[str, str] = field(default_factory=dict)
    failures: deque[str] = field(default_factory=lambda: deque(maxlen=SHOWN_FAILURES))
    accept_ms: list[float] = field(default_factory=list)
    confirm_ms: list[float] = field(default_factory=list)
    delay_ms: list[float] = field(default_factory=list)
    _placed_at: dict[str, float] = field(default_factory=dict)
    _versions: dict[str, int] = field(default_factory=dict)
    _recent: deque[tuple[float, str]] = field(default_factory=deque)

    def accept(self, order_id: str, milliseconds: float) -> None:
        self.accept_ms.append(milliseconds)
        self.statuses.setdefault(order_id, Status.RECEIVED)

    def refuse(self, reason: str) -> None:
        self.refused[reason] += 1

    def see(self, event: Event) -> None:
        """Takes an event of any order; orders of others count only in the rates."""
        order_id, status = event.data["order_id"], event.data["status"]
        occurred = event.moment("occurred_at") or event.received_at
        self._recent.append((event.received_at, event.type))
        if event.type == "order.placed":
            self._placed_at[order_id] = occurred
        if order_id not in self._placed_at or event.data["version"] <= self._versions.get(order_id, 0):
            return
        self._versions[order_id] = event.data["version"]
        self.statuses[order_id] = status
        self.delay_ms.append((event.received_at - occurred) * 1000)
        if event.type == "order.confirmed":
            self.confirm_ms.append((occurred - self._placed_at[order_id]) * 1000)
        if status in FAILURES and event.type not in MONEY_RETURNED:
            self.failures.append(f"{order_id[-12:]} {status} {'; '.join(event.reasons)}".rstrip())

    def orders(self) -> dict[str, int]:
        return dict(Counter(self.statuses.values()))

    def unsettled(self) -> int:
        """Orders that the platform itself still has to move."""
        return sum(status in IN_FLIGHT for status in self.statuses.values())

    def rates(self, now: float) -> tuple[float, float, float]:
        """Per second over the last ten: orders placed, orders confirmed, events."""
        while self._recent and self._recent[0][0] < now - RATE_SECONDS:
            self._recent.popleft()
        kinds = Counter(kind for _, kind in self._recent)
        per_second = (kinds["order.placed"], kinds["order.confirmed"], len(self._recent))
        placed, confirmed, events = (number / RATE_SECONDS for number in per_second)
        return placed, confirmed, events


def percentile(values: list[float], share: float) -> float | None:
    """The nearest-rank percentile: the smallest value that this share of the values does not exceed; None without
    values."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)] if values else None
