"""An experiment as a page shows it: its steps, its figures and the verdict of the ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from pedidos_classroom.control import Act
from pedidos_classroom.experiments.card import Card, Choice
from pedidos_classroom.experiments.catalogue import EXPERIMENTS

STEPS: Mapping[str, LazyString] = {
    "starting": _("A second platform starts"),
    "ordering": _("Customers order"),
    "broken": _("Broken"),
    "mended": _("Undone"),
    "recovering": _("What waited goes on"),
    "judging": _("The ledger looks at every order"),
    "said": _("Noted"),
}

ACTS: Mapping[str, LazyString] = {
    Act.KILL: _("killed:"),
    Act.PAUSE: _("paused:"),
    Act.HALT: _("taken away:"),
    Act.SCALE: _("more or fewer:"),
    Act.GATEWAY: _("misbehaves:"),
}

INVARIANTS: Mapping[str, LazyString] = {
    "nothing lost": _("Nothing lost"),
    "nothing invented": _("Nothing invented"),
    "money": _("Money"),
    "stock": _("Stock"),
    "history": _("History"),
    "nothing stuck": _("Nothing stuck"),
    "everybody told": _("Everybody told"),
    "still serving": _("Still serving"),
    "accepted in time": _("Accepted in time"),
    "recovered in time": _("Recovered in time"),
    "this drill's own": _("What this drill checks"),
}

HOW: Mapping[str, LazyString] = {
    "nothing lost": _("Every order that was answered with 202 exists and has come to its end."),
    "nothing invented": _("Each order was submitted by its customer, once per key."),
    "money": _("The gateway's own book: each paid order was captured once, and what was undone was given back."),
    "stock": _("On hand, reserved and sold together are as many units as at the start."),
    "history": _("The events of each order are complete, allowed, and the same on Kafka as in PostgreSQL."),
    "nothing stuck": _("No order and no payment is left half way."),
    "everybody told": _("Each event that makes a mail made it once, and each mail arrived once, where mails are sent."),
    "still serving": _("Each request was answered in time, or refused with Retry-After."),
    "accepted in time": _(
        "Each confirmed order was accepted within its time, or ended because it was not; never both."
    ),
    "recovered in time": _("What was under way came to its end within the time that is promised."),
    "this drill's own": _("What is wrong in the eyes of the drill alone."),
}

FIGURES: Mapping[str, LazyString] = {
    "accepted": _("accepted"),
    "confirmed": _("confirmed"),
    "missed": _("missed"),
    "orders": _("orders"),
    "submitted": _("submitted"),
    "captured_cents": _("captured"),
    "refunded_cents": _("refunded"),
    "products": _("products"),
    "sold": _("sold"),
    "counted_meanwhile": _("counted meanwhile"),
    "events": _("events"),
    "repeated_on_kafka": _("repeated on Kafka"),
    "foreign_on_kafka": _("of others on Kafka"),
    "dead_letters": _("dead letters"),
    "mails": _("mails"),
    "arrived": _("arrived"),
    "answered": _("answers"),
    "slowest_seconds": _("slowest answer, s"),
    "bystanders": _("bystanders"),
    "confirmed_seconds": _("slowest to be confirmed, s"),
    "recoveries": _("faults"),
    "slowest": _("slowest recovery, s"),
}

CENTS = frozenset({"captured_cents", "refunded_cents"})


@dataclass(frozen=True, slots=True)
class RunView:
    """choice: what was predicted. ended: how, None while it goes on. verdicts: None before the ledger's. seconds: until
    what was under way had come to its end, of `within` that are promised. repeat: a command that does the same."""

    card: Card
    choice: Choice | None
    goes_on: bool
    ended: str | None
    steps: Sequence[Mapping[str, Any]]
    figures: Sequence[Mapping[str, Any]]
    verdicts: Sequence[Mapping[str, Any]] | None
    trouble: str | None
    seconds: float | None
    within: float | None
    repeat: str | None
    asked_again: int | None = None

    @property
    def holds(self) -> bool:
        return self.verdicts is not None and all(verdict["holds"] for verdict in self.verdicts)

    @property
    def rates(self) -> Sequence[Mapping[str, float | int | None]]:
        """Per second, where there are figures for two seconds in a row."""
        return [
            {
                "at": now["at"],
                "accepted": _rate(before, now, "accepted"),
                "confirmed": _rate(before, now, "confirmed"),
                "waiting": now["figures"]["waiting"],
                "lag": now["figures"]["lag"],
                "queued": now["figures"]["queued"],
                "unpublished": now["figures"]["unpublished"],
            }
            for before, now in pairwise(self.figures)
        ]

    @property
    def latest(self) -> Mapping[str, Any] | None:
        rates = self.rates
        return rates[-1] if rates else None

    @property
    def broken(self) -> Sequence[tuple[float, float | None]]:
        """From when to when something was broken; None: it still is."""
        spans: list[tuple[float, float | None]] = []
        for step in self.steps:
            if step["step"] == "broken" and not (spans and spans[-1][1] is None):
                spans.append((step["at"], None))
            elif step["step"] == "mended" and spans:
                spans[-1] = (spans[-1][0], step["at"])
        return spans


def view_of(run: Mapping[str, Any] | None) -> RunView | None:
    """The view of what the supervisor knows of the last experiment."""
    card = None if run is None else EXPERIMENTS.get(run["name"])
    if run is None or card is None:
        return None
    lines = run["lines"]
    result: Mapping[str, Any] = next((line for line in lines if "verdicts" in line), {})
    return RunView(
        card,
        card.choice(run["prediction"]),
        run["ended"] is None,
        run["ended"],
        [line for line in lines if "step" in line],
        [line for line in lines if "figures" in line],
        result.get("verdicts"),
        next((line["trouble"] for line in lines if "trouble" in line), None),
        result.get("seconds"),
        result.get("within"),
        result.get("repeat"),
        result.get("asked_again"),
    )


def _rate(before: Mapping[str, Any], now: Mapping[str, Any], name: str) -> float | None:
    first, second = before["figures"][name], now["figures"][name]
    if first is None or second is None:
        return None
    per_second: float = max(0, second - first) / max(0.001, now["at"] - before["at"])
    return round(per_second, 1)
