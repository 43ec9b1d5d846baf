"""A claim is a verdict, as the ledger's are."""

from pedidos_classroom.experiments.measures.claim import NOT_SO, claim
from pedidos_classroom.experiments.verdict_rows import rows


def test_what_does_not_hold_has_a_finding() -> None:
    good = claim("queue_bounded", {"limit": 8}, holds=True)
    bad = claim("queue_bounded", {"limit": 8}, holds=False)
    other = claim("token_expired", {"status": 200}, holds=False, against="it was accepted")
    assert [each.holds for each in (good, bad, other)] == [True, False, False]
    assert (bad.findings, other.findings) == ([(NOT_SO, None)], [("it was accepted", None)])
    assert rows([other]) == [
        {
            "invariant": "token_expired",
            "holds": False,
            "figures": {"status": 200},
            "findings": [{"finding": "it was accepted", "order": None}],
            "more": 0,
        }
    ]
