"""When something is tried again, and when no more."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pedidos.domain.retry import RetryPolicy

policies = st.builds(RetryPolicy, st.floats(0.01, 60), st.floats(60, 3600), st.integers(1, 1_000_000))
chances = st.floats(0, 1, exclude_max=True)


@given(policies, st.integers(1, 2_000_000), chances)
def test_a_retry_is_bounded_in_count_and_in_delay(policy: RetryPolicy, attempt: int, chance: float) -> None:
    delay = policy.delay(attempt, chance)
    assert policy.max_attempts is not None
    assert (delay is None) == (attempt >= policy.max_attempts)
    if delay is not None:
        assert policy.base_seconds / 2 <= delay <= policy.cap_seconds


@given(policies, st.integers(1, 100), chances)
def test_later_attempts_wait_no_less(policy: RetryPolicy, attempt: int, chance: float) -> None:
    policy = replace(policy, max_attempts=1000)
    now, later = policy.delay(attempt, chance), policy.delay(attempt + 1, chance)
    assert now is not None
    assert later is not None
    assert now <= later


@given(st.integers(1, 20), st.integers(51, 99), st.integers(51, 99))
def test_chance_spreads_the_retries(attempt: int, one: int, other: int) -> None:
    """Chances are hundredths: two floats that are all but equal give the same delay."""
    policy = RetryPolicy(base_seconds=0.001, cap_seconds=1e9, max_attempts=100)
    assert (policy.delay(attempt, one / 100) == policy.delay(attempt, other / 100)) == (one == other)
