"""Where a request that changes something may come from."""

import pytest
from flask import Flask

from pedidos.processes.web.same_origin import is_foreign

OURS = "https://shop.example"


@pytest.mark.parametrize(
    ("method", "headers", "foreign"),
    [
        ("POST", {"Sec-Fetch-Site": "same-origin"}, False),
        ("POST", {"Sec-Fetch-Site": "same-origin", "Origin": "null"}, False),
        ("POST", {"Sec-Fetch-Site": "same-site"}, True),
        ("POST", {"Sec-Fetch-Site": "cross-site"}, True),
        ("POST", {"Sec-Fetch-Site": "none"}, True),
        ("POST", {"Sec-Fetch-Site": "cross-site", "Origin": OURS}, True),
        ("POST", {"Origin": OURS}, False),
        ("POST", {"Origin": "https://evil.example"}, True),
        ("POST", {"Origin": "http://shop.example"}, True),
        ("POST", {"Origin": "null"}, True),
        ("POST", {}, True),
        ("DELETE", {}, True),
        ("GET", {"Sec-Fetch-Site": "cross-site"}, False),
        ("HEAD", {}, False),
    ],
)
def test_only_our_own_pages_change_something(method: str, headers: dict[str, str], foreign: bool) -> None:
    with Flask(__name__).test_request_context("/orders", method=method, headers={"Host": "shop.example", **headers}):
        assert is_foreign() is foreign
