"""What an experiment claims, in the form in which the ledger says what it found."""

from collections.abc import Mapping

from pedidos.texts import N_
from pedidos_drills.ledger.verdict import Verdict

NOT_SO = N_("The figures say otherwise.")


def claim(name: str, figures: Mapping[str, int | float], *, holds: bool, against: str = NOT_SO) -> Verdict:
    """name: `claim_names` has its text. figures: what it rests on. against: what speaks against it, if it does not
    hold."""
    return Verdict(name, figures, [] if holds else [(against, None)])
