"""The display of a demo while it runs, and its summary."""

import time
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from pedidos.cli.language import phrase
from pedidos.domain.order import Status
from pedidos_local.cli.demo_tally import Tally, percentile
from pedidos_local.cli.status_view import counts

BAR = 40


def board(tally: Tally, figures: dict[str, Any], elapsed: float, seconds: float) -> RenderableType:
    """The live view of a terminal."""
    placed, confirmed, events = tally.rates(time.time())
    return Group(
        Text(
            phrase("pedidos demo   {elapsed:.0f} of {seconds:.0f} s", elapsed=min(elapsed, seconds), seconds=seconds),
            style="bold",
        ),
        Text(
            phrase(
                "{placed:.1f} orders/s   {confirmed:.1f} confirmed/s   {events:.1f} events/s",
                placed=placed,
                confirmed=confirmed,
                events=events,
            )
        ),
        "",
        _bars(tally.orders()),
        "",
        *(Text(line) for line in figure_lines(figures)),
        "",
        Text(phrase("recent failures"), style="bold"),
        *(Text(f"  {failure}", style="yellow") for failure in tally.failures),
        *(Text(f"  {number} × {reason}", style="red") for reason, number in tally.refused.most_common(3)),
    )


def line(tally: Tally, figures: dict[str, Any], elapsed: float) -> str:
    """The same as one line, for output that is not a terminal."""
    placed, confirmed, _ = tally.rates(time.time())
    lag, queues = (_total(figures.get(part, {})) for part in ("kafka_lag", "queues"))
    return phrase(
        "{elapsed:4.0f} s  {placed:.1f} orders/s  {confirmed:.1f} confirmed/s  lag {lag}  queues {queues}  | {counts}",
        elapsed=elapsed,
        placed=placed,
        confirmed=confirmed,
        lag=lag,
        queues=queues,
        counts=counts(tally.orders()),
    )


def summary(tally: Tally, worst_lag: int) -> list[str]:
    """The result. Percentiles cover all orders of the demo."""
    lines = [
        phrase("{count} orders placed: {counts}", count=len(tally.accept_ms), counts=counts(tally.orders())),
    ]
    for name, values in (
        (phrase("answer of the API"), tally.accept_ms),
        (phrase("placed to confirmed"), tally.confirm_ms),
        (phrase("event to watcher"), tally.delay_ms),
    ):
        p50, p95 = percentile(values, 0.5), percentile(values, 0.95)
        if p50 is not None and p95 is not None:
            within = phrase("half within {p50:6.0f} ms, 95 % within {p95:6.0f} ms", p50=p50, p95=p95)
            lines.append(f"{name:<24} {within}")
    lines.append(f"{phrase('largest Kafka lag'):<24} {worst_lag}")
    lines += [f"{phrase('refused'):<24} {number} × {reason}" for reason, number in tally.refused.most_common()]
    left = tally.unsettled()
    if left:
        lines.append(phrase("{left} orders are still on their way", left=left))
    else:
        lines.append(phrase("every order has come to its end or to its merchant"))
    return lines


def figure_lines(figures: dict[str, Any]) -> list[str]:
    """Kafka lag, queues, relay."""
    lines = []
    for name, part in ((phrase("Kafka lag per partition"), "kafka_lag"), (phrase("queue lengths"), "queues")):
        values = figures.get(part, {})
        shown = "  ".join(f"{key}: {value}" for key, value in values.items()) or "…"
        lines.append(f"{name:<26} {shown}")
    relay = figures.get("database", {}).get("relay")
    lines.append(f"{phrase('relay behind'):<26} {relay['behind'] if relay else '…'}")
    return lines


def lag(figures: dict[str, Any]) -> int:
    """Records that wait on Kafka, in all partitions; 0 if unknown."""
    return _total(figures.get("kafka_lag", {}))


def _total(part: dict[str, Any]) -> int:
    return sum(value for value in part.values() if isinstance(value, int))


def _bars(orders: dict[str, int]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    most = max(orders.values(), default=1)
    for status in Status:
        number = orders.get(status, 0)
        table.add_row(str(status), f"{number:6}", "█" * round(number / most * BAR))
    return table
