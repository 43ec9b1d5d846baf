"""Ids that a client sends are repeated only if they are safe in a header and in a line of the log."""

import re

import pytest

from pedidos.http.context import RequestContext, traceparent

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.mark.parametrize("given", ["abcdefgh", "3f2a9c1e-0000", "a" * 128])
def test_a_safe_request_id_is_kept(given: str) -> None:
    assert RequestContext(given).request_id == given


@pytest.mark.parametrize("given", [None, "", "short", "a" * 129, "abcdefgh\nforged", "abc defgh", "é" * 10])
def test_any_other_request_id_is_replaced(given: str | None) -> None:
    assert re.fullmatch("[0-9a-f]{32}", RequestContext(given).request_id)


def test_a_well_formed_trace_context_is_kept() -> None:
    assert traceparent(TRACE) == TRACE


@pytest.mark.parametrize("given", [None, "", TRACE.upper(), f"{TRACE}-more", f"00-{'0' * 32}-{'0' * 16}-01"])
def test_any_other_trace_context_is_left_out(given: str | None) -> None:
    assert traceparent(given) is None
