"""When to ask a gateway that may be down."""

from hypothesis import given
from hypothesis import strategies as st

from pedidos.domain.circuit import FAILURES, PAUSE, TRIAL_SECONDS, Circuit, State


def opened(now: float = 0.0) -> Circuit:
    circuit = Circuit()
    for _ in range(FAILURES):
        circuit = circuit.failed(now, 0.5, trial=False)
    return circuit


def test_opens_after_failures_in_a_row_only() -> None:
    circuit = Circuit()
    for _ in range(FAILURES - 1):
        circuit = circuit.failed(10.0, 0.5, trial=False)
    assert circuit.state(10.0) is State.CLOSED
    assert circuit.succeeded() == Circuit()
    assert circuit.failed(10.0, 0.5, trial=False).state(10.0) is State.OPEN


def test_one_tries_when_the_pause_is_over() -> None:
    circuit = opened(10.0)
    later = 10.0 + PAUSE.cap_seconds
    found, circuit = circuit.admit(later)
    assert found is State.HALF_OPEN
    assert circuit.admit(later)[0] is State.OPEN
    assert circuit.succeeded().admit(later)[0] is State.CLOSED


def test_a_failed_trial_opens_it_again() -> None:
    later = PAUSE.cap_seconds
    _, circuit = opened().admit(later)
    circuit = circuit.failed(later, 0.5, trial=True)
    assert circuit.state(later) is State.OPEN
    assert circuit.trials == 1


def test_a_trial_that_says_nothing_does_not_hold_others_back_for_ever() -> None:
    _, circuit = opened().admit(100.0)
    assert circuit.state(100.0 + TRIAL_SECONDS) is State.HALF_OPEN


def test_late_failures_of_the_time_before_do_not_prolong_the_pause() -> None:
    circuit = opened(10.0)
    assert circuit.failed(10.4, 0.9, trial=False) == circuit


@given(st.lists(st.tuples(st.floats(0, 10), st.floats(0, 0.999), st.booleans()), max_size=200))
def test_whatever_happened_somebody_may_ask_within_seconds(story: list[tuple[float, float, bool]]) -> None:
    circuit, now = Circuit(), 0.0
    for passed, chance, fails in story:
        now += passed
        found, circuit = circuit.admit(now)
        if found is not State.OPEN and fails:
            circuit = circuit.failed(now, chance, trial=found is State.HALF_OPEN)
        elif found is not State.OPEN:
            circuit = circuit.succeeded()
    assert circuit.state(now + PAUSE.cap_seconds) is not State.OPEN
