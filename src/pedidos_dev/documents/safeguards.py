"""The safeguards and the drills that need them, from the unsafe replacements that switch them off."""

from pedidos_drills.safeguard import Safeguard
from pedidos_drills.safeguards import load_all

HEAD = """# Safeguards, and the drills that need them

`pedidos drill distrust` switches the safeguards off in turn. `src/pedidos_drills/mutants/` holds the unsafe replacement
of each. The command then runs the drill that needs the safeguard, and the ledger must report that the invariant is
broken. If it does not, the ledger has an error. "simulation" stands for `pedidos drill simulate`.

| safeguard | what it guarantees | where | switched off | drill | must break |
|---|---|---|---|---|---|
"""

OVERLAP = """
Some safeguards compensate for others. So these are switched off together with a setting:

| safeguard | setting | why |
|---|---|---|
"""


def safeguards() -> str:
    """The document, in Markdown."""
    found = load_all().values()
    rows = [_row(each) for each in found]
    overlaps = [
        f"| `{each.name}` | {', '.join(f'`{name}` = {value:,.0f}' for name, value in each.alone.items())} "
        f"| {each.why_alone} |"
        for each in found
        if each.alone
    ]
    return HEAD + "\n".join(rows) + "\n" + OVERLAP + "\n".join(overlaps) + "\n"


def _row(each: Safeguard) -> str:
    # Crash points are replaced too where their place has changed: they are no safeguard.
    where = "<br>".join(f"`{_shortened(place)}`" for place in each.replaced if not place.endswith(":reach"))
    return f"| `{each.name}` | {each.guards} | {where} | {each.off} | `{each.needs}` | {each.invariant} |"


def _shortened(place: str) -> str:
    module, _, name = place.partition(":")
    return f"{module.removeprefix('pedidos.').replace('.', '/')}.py {name}"
