"""Which entries of the gateway's list are charges of ours."""

from typing import Any
from uuid import UUID

import pytest

from pedidos.domain.reconciling import Charge
from pedidos.payments.charges_pages import charge_of
from pedidos.payments.pages import MAX_CENTS

ORDER = "01900000-0000-7000-8000-000000000001"
TOLD: dict[str, Any] = {"key": f"charge:{ORDER}", "status": "captured", "amount_cents": 100}


def test_a_charge_of_ours() -> None:
    assert charge_of(TOLD["key"], TOLD) == Charge(f"charge:{ORDER}", UUID(ORDER), "captured", 100)


@pytest.mark.parametrize(
    "changed",
    [
        {"key": "somebody else's"},
        {"key": "charge:no-id"},
        {"key": f"charge:{ORDER.upper()}x"},
        {"key": f"charge:{{{ORDER}}}"},
        {"status": None},
        {"amount_cents": None},
        {"amount_cents": True},
        {"amount_cents": 0},
        {"amount_cents": MAX_CENTS + 1},
        {"amount_cents": "100"},
    ],
)
def test_what_is_none(changed: dict[str, Any]) -> None:
    told = TOLD | changed
    assert charge_of(told["key"], told) is None
