"""Requests without an account are counted by network and minute."""

import pytest

from pedidos.http import problems
from pedidos.http.anonymous_limit import WINDOW_SECONDS, AnonymousLimit


def test_a_network_has_its_limit_in_each_minute() -> None:
    now = [100.0]
    limit = AnonymousLimit(3, clock=lambda: now[0])
    for address in ("192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.1"):
        limit.count(address)
    now[0] += 20.0
    with pytest.raises(problems.TooManyRequests) as refused:
        limit.count("192.0.2.1")
    assert refused.value.extra_headers == {"Retry-After": "40"}
    limit.count("192.0.2.2")
    now[0] = 100.0 + WINDOW_SECONDS
    limit.count("192.0.2.1")


def test_the_addresses_of_a_64_are_one_client() -> None:
    limit = AnonymousLimit(2)
    limit.count("2001:db8::1")
    limit.count("2001:db8::ffff:1")
    with pytest.raises(problems.TooManyRequests):
        limit.count("2001:db8::2")
    limit.count("2001:db8:0:1::1")
