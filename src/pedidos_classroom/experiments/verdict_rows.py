"""Verdicts of the ledger as JSON-ready rows."""

from collections.abc import Iterable
from typing import Any

from pedidos_drills.ledger.verdict import Verdict

MOST_FINDINGS = 20


def rows(verdicts: Iterable[Verdict]) -> list[dict[str, Any]]:
    """One row per invariant: whether it holds, its figures, and the first findings against it."""
    return [
        {
            "invariant": verdict.invariant,
            "holds": verdict.holds,
            "figures": dict(verdict.figures),
            "findings": [{"finding": text, "order": order} for text, order in verdict.findings[:MOST_FINDINGS]],
            "more": max(0, len(verdict.findings) - MOST_FINDINGS),
        }
        for verdict in verdicts
    ]
