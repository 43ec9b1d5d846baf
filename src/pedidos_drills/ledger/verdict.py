"""What the ledger says of one invariant."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

OWN = "this drill's own"
"""Used instead of an invariant for what a drill checks itself."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict on one invariant: figures to show, and each violation with the order that is affected, if any."""

    invariant: str
    figures: Mapping[str, Any]
    findings: list[tuple[str, str | None]] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.findings
