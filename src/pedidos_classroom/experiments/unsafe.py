"""Carries out a drill without the safeguard that it needs, and tells what the ledger noticed."""

import random

from pedidos_classroom.experiments.running import Trouble
from pedidos_classroom.experiments.telling import Teller
from pedidos_drills.ledger.verdict import Verdict
from pedidos_drills.mutation import distrust
from pedidos_drills.place import NoPorts
from pedidos_drills.safeguards import load


async def carry_out(name: str, teller: Teller) -> None:
    """name: of the safeguard. Tells every step, and at the end what is broken. Raises Trouble."""
    safeguard = load(name)
    seed = random.randrange(1_000_000)  # noqa: S311  # decides what is ordered, and is no secret
    teller.step("starting")
    try:
        noticed = await distrust(safeguard, seed, lambda words: teller.step("said", words.strip()))
    except (NoPorts, ExceptionGroup) as failure:
        raise Trouble(f"A platform of its own could not be started: {failure}") from failure
    if not noticed.broken:
        raise Trouble(noticed.trouble or "The ledger noticed nothing: this experiment shows nothing.")
    teller.verdicts(
        [Verdict(invariant, {}, [(finding, None)]) for invariant, finding in noticed.broken.items()],
        repeat=f"./pedidos drill distrust {name} --seed {seed}",
    )
