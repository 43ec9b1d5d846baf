"""The pages of an operator: who may open them."""

import pytest

from tests.integration.web.test_orders import signed_in
from tests.support.api import World
from tests.support.pages import Visitor
from tests.support.processes import ServingProcess

PAGES = (
    "/operator",
    "/operator/orders",
    "/operator/dead-letters",
    "/operator/kafka",
    "/operator/tasks",
    "/operator/audit",
)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_of_an_operator_is_for_operators(web: ServingProcess, world: World, visitor: Visitor, path: str) -> None:
    assert visitor.get(path).headers["Location"] == f"/sign-in?next={path}"
    for name in ("customer", "merchant"):
        answer = signed_in(web, world, name).get(path)
        assert answer.status_code == 403
        assert "not for your account" in answer.text
    assert signed_in(web, world, "operator").get(path).status_code == 200


def test_the_menu_says_where_one_is(web: ServingProcess, world: World) -> None:
    operator = signed_in(web, world, "operator")
    assert '<a href="/operator/orders" aria-current="page">' in operator.get("/operator/orders").text
    assert '<a href="/operator" aria-current="page">' in operator.get("/operator").text
    assert 'aria-current="page"' not in operator.get("/").text


@pytest.mark.parametrize("cookie", ["", "Europe%2FMadrid", "nonsense", "..%2F..%2Fetc%2Fpasswd", "x" * 1000])
def test_times_are_in_the_zone_of_the_browser(web: ServingProcess, world: World, cookie: str) -> None:
    operator = signed_in(web, world, "operator")
    operator.cookies["__Host-zone"] = cookie
    zone = "Europe/Madrid" if cookie == "Europe%2FMadrid" else "UTC"
    assert f"Times are in {zone}." in operator.get("/operator/orders").text
