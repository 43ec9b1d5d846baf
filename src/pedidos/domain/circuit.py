"""Decides whether to call a service that may be down: a circuit breaker, as a value.

Closed: every request is sent. Open, after FAILURES in a row: no request is sent until the pause is over. Half open: one
request is sent as a trial, and its result decides. Source: M. Nygard, "Release It!", 2nd edition 2018, chapter 5.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from pedidos.domain.retry import RetryPolicy

FAILURES = 5
"""Failures in a row that open the circuit."""

TRIAL_SECONDS = 3.0
"""How long a trial blocks other requests. If it has no result by then, the next request becomes the trial."""

PAUSE = RetryPolicy(base_seconds=0.5, cap_seconds=4.0)
"""The pause between two trials; short, so that a recovery is noticed within seconds."""


class State(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


@dataclass(frozen=True, slots=True)
class Circuit:
    """failures: in a row, while closed. trials: failed ones since it opened. held_until: no request before then.

    Times are seconds of one monotonic clock.
    """

    failures: int = 0
    trials: int = 0
    held_until: float = 0.0

    def state(self, now: float) -> State:
        if self.failures < FAILURES:
            return State.CLOSED
        return State.OPEN if now < self.held_until else State.HALF_OPEN

    def admit(self, now: float) -> "tuple[State, Circuit]":
        """The circuit's state for a request, and the circuit afterwards. OPEN: do not send the request. HALF_OPEN: the
        request is the trial, and no other request is sent meanwhile."""
        found = self.state(now)
        return found, replace(self, held_until=now + TRIAL_SECONDS) if found is State.HALF_OPEN else self

    def succeeded(self) -> "Circuit":
        """The circuit after an answer that shows that the service works."""
        return Circuit()

    def failed(self, now: float, chance: float, *, trial: bool) -> "Circuit":
        """The circuit after no answer, or one that shows that the service is broken. chance is a random number in [0,
        1), for the jitter.

        A request that was sent while the circuit was closed and fails when it is already open changes nothing.
        """
        if self.failures >= FAILURES and not trial:
            return self
        failures, trials = min(self.failures + 1, FAILURES), self.trials + trial
        if failures < FAILURES:
            return replace(self, failures=failures)
        pause = PAUSE.pause(trials + 1, chance)
        return Circuit(failures, trials, now + pause)
