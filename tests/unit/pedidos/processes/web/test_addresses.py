"""No redirect leaves the site."""

import pytest

from pedidos.processes.web.addresses import redirect_within


@pytest.mark.parametrize("address", ["/", "/orders", "/shops/1?q=caf%C3%A9&page=2"])
def test_a_path_is_kept(address: str) -> None:
    assert redirect_within(address).headers["Location"] == address


ELSEWHERE = (
    *("", "orders", "//a.example", "/\\a.example", "https://a.example/", "javascript:a()"),
    *("/a\r\nX: 1", "/é", "/" + "a" * 600),
)


@pytest.mark.parametrize("address", ELSEWHERE)
def test_what_may_lead_elsewhere_leads_to_the_first_page(address: str) -> None:
    answer = redirect_within(address)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
