"""Orders of a running platform, as they were recorded: their rows, and their spans."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from pedidos.domain.cursor import Cursor
from pedidos.domain.order import Status
from pedidos.domain.payment import PaymentStatus
from pedidos.processes.web.operator.order_map.transactions import nanoseconds
from pedidos.storage.orders.inspecting import Charging, Commit, Inspected
from pedidos.storage.orders.reading import Item, OrderSummary
from pedidos.storage.spans import Span

FOLDER = Path(__file__).with_name("recorded")

CONFIRMED, DECLINED = "confirmed", "declined"
TOGETHER = "together"
"""Confirmed too: it was opened and closed in one commit each. In the other recordings each step has its own."""
SLOW = "slow_gateway"
"""The gateway took five seconds: four attempts."""
KILLED = "killed_worker"
"""The worker was dead when the order came, and started again."""

NAMES = (CONFIRMED, DECLINED, SLOW, KILLED, TOGETHER)


class Recording(NamedTuple):
    found: Inspected
    spans: list[Span]

    def at(self, after: timedelta) -> "Recording":
        """As it was at this time after the order was placed. The payment's row is left out: it has no history."""
        moment = self.found.summary.created_at + after
        commits = [commit for commit in self.found.commits if commit.occurred_at <= moment]
        newest = commits[-1]
        summary = replace(
            self.found.summary, status=newest.status, version=newest.version, updated_at=newest.occurred_at
        )
        found = replace(self.found, summary=summary, commits=commits, payment=None, at=moment)
        return Recording(found, [span for span in self.spans if span.ended_ns <= nanoseconds(moment)])

    def without_spans(self) -> "Recording":
        return Recording(self.found, [])


def recorded(name: str) -> Recording:
    text: dict[str, Any] = json.loads(FOLDER.joinpath(f"{name}.json").read_text("utf-8"))
    found, spans = text["inspected"], text["spans"]
    order = {**found["summary"], "status": Status(found["summary"]["status"])}
    summary = OrderSummary(**{key: _read(key, value) for key, value in order.items()})
    items = [Item(**{key: _read(key, value) for key, value in item.items()}) for item in found["items"]]
    commits = [
        Commit(
            **{
                **commit,
                "status": Status(commit["status"]),
                "occurred_at": _time(commit["occurred_at"]),
                "cursor": Cursor(*commit["cursor"]),
            }
        )
        for commit in found["commits"]
    ]
    payment = {key: _read(key, value) for key, value in found["payment"].items()}
    charging = Charging(**{**payment, "status": PaymentStatus(payment["status"])})
    return Recording(
        Inspected(summary, items, commits, charging, None, _time(found["at"])),
        [Span(**{**span, "trace_id": UUID(span["trace_id"]), "links": _links(span)}) for span in spans],
    )


def _links(span: dict[str, Any]) -> list[tuple[str, str]]:
    return [(trace, number) for trace, number in span["links"]]


def _read(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name.endswith("_at") or name in ("lease_until", "next_attempt"):
        return _time(value)
    return UUID(value) if name == "id" or name.endswith("_id") else value


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
