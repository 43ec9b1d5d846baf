"""Compares the components with a snapshot of advisories. Needs no network."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from pedidos_dev.supply_chain.components import Component, Kind
from pedidos_dev.supply_chain.snapshot import Snapshot

OLDEST = timedelta(days=14)

AUDITED = frozenset({Kind.LIBRARY, Kind.SERVER, Kind.IMAGE})
"""Actions are pinned by commit, and no advisory service is asked about them."""


def findings(components: Iterable[Component], snapshot: Snapshot, now: datetime) -> Iterator[str]:
    """One line for each thing that is wrong; none if the audit passes."""
    age = now - snapshot.taken_at
    if age > OLDEST:
        yield f"The snapshot is {age.days} days old; {OLDEST.days} are the most."
    if age < -timedelta(days=1):
        yield f"The snapshot is from the future: {snapshot.taken_at:%Y-%m-%d}."
    for component in components:
        if component.kind not in AUDITED:
            continue
        known = snapshot.covered.get(component.name)
        where = ", ".join(component.found_in)
        if known is None:
            yield f"{component.name} ({where}) is not covered by the snapshot."
            continue
        for advisory in known:
            summary = snapshot.advisories.get(advisory, {}).get("summary", "no summary")
            yield f"{component.name} ({where}): {advisory}, {summary}"
