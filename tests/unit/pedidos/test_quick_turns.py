"""Threads take turns quickly as long as any thread asks for it."""

import sys
from contextlib import ExitStack

import pytest

from pedidos.quick_turns import QUICK_SECONDS, quick_turns


def test_the_interval_is_short_until_the_last_one_is_over() -> None:
    usual = sys.getswitchinterval()
    first, second = ExitStack(), ExitStack()
    first.enter_context(quick_turns())
    second.enter_context(quick_turns())
    first.close()
    assert sys.getswitchinterval() == pytest.approx(QUICK_SECONDS, rel=0.1)
    second.close()
    assert sys.getswitchinterval() == usual
