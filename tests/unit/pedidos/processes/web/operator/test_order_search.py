"""A search for orders, as it stands in an address."""

from uuid import UUID

import pytest

from pedidos.domain.order import Status
from pedidos.processes.web.operator.order_search import Search, search_of

ORDER = UUID("01900000-0000-7000-8000-000000000101")


def test_what_an_address_says() -> None:
    values = {
        "customer": " Ana@Example.com ",
        "shop": str(ORDER),
        "state": "declined",
        "age": "1h",
        "reason": " funds ",
        "before": str(ORDER),
    }
    wanted = Search("ana@example.com", ORDER, Status.DECLINED, "1h", "funds", ORDER)
    assert search_of(values) == wanted
    assert wanted.is_filtered


@pytest.mark.parametrize("text", ["", "nonsense", "<b>", "\x00", "x" * 10_000, "'; drop table orders --"])
def test_a_value_that_cannot_be_chosen_counts_as_not_given(text: str) -> None:
    found = search_of(dict.fromkeys(("shop", "state", "age", "before"), text))
    assert found == Search()
    assert not found.is_filtered


def test_a_text_has_a_limit_and_can_be_stored() -> None:
    found = search_of({"customer": "x" * 10_000, "reason": "a\x00b" + "x" * 10_000})
    assert len(found.customer) <= 254
    assert len(found.reason) <= 254
    assert "\x00" not in found.reason


def test_the_next_page_keeps_the_conditions() -> None:
    search = Search("ana@example.com", status=Status.PAID, reason="a&b=c")
    assert search.address(ORDER) == f"customer=ana%40example.com&state=paid&reason=a%26b%3Dc&before={ORDER}"
    assert Search().address(None) == ""
