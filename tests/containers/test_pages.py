"""The pages of the stack: the process web makes them, and the edge serves their files."""

import re

import pytest
import requests

from tests.containers.customer import Customer
from tests.containers.stack import Stack
from tests.support.waiting import until

ASSET = re.compile(r'(?:href|src)="(/assets/[^"]+)"')


@pytest.fixture
def page(customer: Customer) -> requests.Response:
    """The first page, as somebody without an account sees it."""
    answer = customer.get("/", Accept="text/html")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    return answer


def assets(page: requests.Response) -> list[str]:
    found = ASSET.findall(page.text)
    assert any(path.endswith(".css") for path in found)
    return found


def test_the_edge_has_the_files_of_the_pages(stack: Stack, customer: Customer, page: requests.Response) -> None:
    stack.compose("stop", "web")
    until(lambda: customer.once("/", Accept="text/html").status_code == 503, "the pages to be away")
    away = customer.once("/", Accept="text/html")
    assert away.headers["Content-Type"].startswith("text/html")
    assert away.headers["Retry-After"] == "2"
    for path in assets(page):
        file = customer.get(path)
        assert file.status_code == 200, path
        assert "immutable" in file.headers["Cache-Control"], path
    stack.compose("start", "web")
    until(lambda: customer.once("/", Accept="text/html").status_code == 200, "the pages to be there")


def test_the_shop_of_the_demo_can_be_seen(customer: Customer, page: requests.Response) -> None:
    shops = re.findall(r'href="(/shops/[^"]+)"', page.text)
    assert shops
    assert customer.get(shops[0], Accept="text/html").status_code == 200
