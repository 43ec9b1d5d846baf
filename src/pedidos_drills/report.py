"""The results of drills, as text and as JSON."""

from collections.abc import Iterator, Sequence
from typing import Any

from pedidos.cli.language import phrase
from pedidos.sentence import Sentence
from pedidos_drills.runner import Outcome

SHOWN = 5


def lines(outcome: Outcome) -> Iterator[str]:
    """The verdict on each invariant with its figures, and the first findings against it."""
    for verdict in outcome.verdicts:
        figures = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in verdict.figures.items())
        yield f"  {phrase('holds') if verdict.holds else phrase('BROKEN'):8}{verdict.invariant:17} {figures}"
        for finding, order_id in verdict.findings[:SHOWN]:
            yield f"          {finding}{f' ({order_id})' if order_id else ''}"
        if len(verdict.findings) > SHOWN:
            yield phrase("          and {count} more", count=len(verdict.findings) - SHOWN)
    if outcome.trouble:
        yield phrase("  the drill itself went wrong: {trouble}", trouble=outcome.trouble)


def summary(outcome: Outcome) -> str:
    """One line: figures and verdict."""
    return phrase(
        "{drill}: {orders} orders, {faults} faults, {recovered}quiet {seconds:.1f} s after the last one, {answered} "
        "requests answered meanwhile: {verdict}",
        drill=outcome.drill.name,
        orders=outcome.orders,
        faults=len(outcome.faults),
        recovered=_recovered(outcome),
        seconds=outcome.quiet_seconds,
        answered=outcome.answered_meanwhile,
        verdict=Sentence("all holds") if outcome.holds else Sentence("BROKEN"),
    )


def _recovered(outcome: Outcome) -> str:
    seconds = [each.seconds for each in outcome.recoveries if each.seconds is not None]
    return phrase("orders under way ended within {seconds:.1f} s, ", seconds=max(seconds)) if seconds else ""


def as_json(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """The same for programs."""
    return [
        {
            "drill": outcome.drill.name,
            "seed": outcome.seed,
            "orders": outcome.orders,
            "faults": [
                {"what": fault.what, "seconds": round(fault.ended - fault.began, 3)} for fault in outcome.faults
            ],
            "recoveries": [
                {"what": each.what, "seconds": each.seconds and round(each.seconds, 3), "within": each.within}
                for each in outcome.recoveries
            ],
            "quiet_seconds": round(outcome.quiet_seconds, 3),
            "answered_meanwhile": outcome.answered_meanwhile,
            "holds": outcome.holds,
            "trouble": outcome.trouble,
            "verdicts": [
                {
                    "invariant": verdict.invariant,
                    "holds": verdict.holds,
                    "figures": dict(verdict.figures),
                    "findings": [{"finding": finding, "order": order_id} for finding, order_id in verdict.findings],
                }
                for verdict in outcome.verdicts
            ],
        }
        for outcome in outcomes
    ]
