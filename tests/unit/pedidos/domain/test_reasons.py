"""Reasons that are stored in English are recognised, and said in the language of the reader."""

from datetime import UTC, datetime

import pytest

from pedidos import texts
from pedidos.domain import reasons
from pedidos.domain.validation import MAX_TOTAL_CENTS, MerchantFacts, OrderFacts, problems

translate = texts.translations(texts.PORTUGUESE).gettext


def test_every_reason_of_the_validation_is_recognised() -> None:
    found = {
        reason
        for merchant in (MerchantFacts(False, "UTC", ()), MerchantFacts(True, "UTC", ()))
        for reason in problems(
            OrderFacts(datetime.now(UTC), MAX_TOTAL_CENTS + 1, False, merchant, ("a",), ("b",), ("c",))
        )
    }
    assert len(found) == 7
    for reason in found:
        assert reasons.recognised(str(reason)) == reason
        assert reasons.said({"reasons": [str(reason)]}, translate)["reasons"] == [reason.said(translate)] != [reason]


@pytest.mark.parametrize(
    ("detail", "told"),
    [
        ({"by": "platform"}, {"by": "platform"}),
        (
            {"by": "platform", "reasons": ["Sold out: Pão, doce: 1."], "out_of_stock": ["7"]},
            {"by": "platform", "reasons": ["Esgotado: Pão, doce: 1."], "out_of_stock": ["7"]},
        ),
        ({"reason": "The payment was not settled in time."}, {"reason": "O pagamento não foi concluído a tempo."}),
        ({"reason": "insufficient_funds"}, {"reason": "insufficient_funds"}),
        ({"reason": None}, {"reason": None}),
    ],
)
def test_only_reasons_of_ours_are_said(detail: dict[str, object], told: dict[str, object]) -> None:
    assert reasons.said(detail, translate) == told
    assert reasons.said(detail, str) == detail
