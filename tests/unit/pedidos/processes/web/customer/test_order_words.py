"""Every state of an order and every reason of the pipeline has words for a customer."""

from datetime import UTC, datetime

from pedidos.domain.order import Status
from pedidos.domain.validation import MAX_TOTAL_CENTS, MerchantFacts, OrderFacts, problems
from pedidos.processes.web.customer.order_words import KNOWN_REASONS, STATES, WORDS


def test_each_state_has_a_name_and_words() -> None:
    assert STATES.keys() == WORDS.keys() == set(Status)


def test_the_reasons_of_the_validation_are_translated() -> None:
    found = {
        reason.partition(":")[0]
        for merchant in (MerchantFacts(False, "UTC", ()), MerchantFacts(True, "UTC", ()))
        for reason in problems(OrderFacts(datetime.now(UTC), MAX_TOTAL_CENTS, False, merchant, ("a",), ("b",)))
    }
    assert len(found) == 5
    assert found <= KNOWN_REASONS
