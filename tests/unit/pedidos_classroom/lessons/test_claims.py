"""What a lesson shows is read off the verdicts, with their figures in the texts."""

from pedidos_classroom.lessons.claims import from_verdicts
from pedidos_classroom.words import Both


def test_a_verdict_becomes_what_was_shown() -> None:
    shows = from_verdicts(
        nothing_lost=(Both("Nothing lost", "Nada se perdeu"), Both("{accepted} kept", "{accepted} mantidos"))
    )
    verdict = {"invariant": "nothing lost", "holds": True, "figures": {"accepted": 7}}
    [shown] = shows({"verdicts": [verdict]})
    assert shown.holds
    assert shown.evidence == Both("7 kept", "7 mantidos")
    [broken] = shows({"verdicts": [verdict | {"holds": False}]})
    assert not broken.holds
