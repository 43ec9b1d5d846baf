"""What an experiment claims, as the page shows it: in the form of the ledger's verdicts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Claim:
    """name: the page has its text. figures: what it rests on; the page has their names too. findings: what speaks
    against it."""

    name: str
    holds: bool
    figures: Mapping[str, int | float]
    findings: tuple[str, ...] = field(default=())


def rows(claims: Iterable[Claim]) -> list[dict[str, Any]]:
    """One JSON-ready row per claim, like those of verdicts."""
    return [
        {
            "invariant": claim.name,
            "holds": claim.holds,
            "figures": dict(claim.figures),
            "findings": [{"finding": finding, "order": None} for finding in claim.findings],
            "more": 0,
        }
        for claim in claims
    ]
