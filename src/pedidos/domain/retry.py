"""Decides when to try again."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Exponential back-off with full jitter, limited in delay and in count. Without max_attempts it never gives up.

    Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
    """

    base_seconds: float
    cap_seconds: float
    max_attempts: int | None = None

    def delay(self, attempt: int, chance: float) -> float | None:
        """Seconds to wait after the attempt-th failure (from 1), or None if it was the last one.

        chance is a random number in [0, 1). The wait is at least half of the base, so that a retry is never immediate.
        """
        if self.max_attempts is not None and attempt >= self.max_attempts:
            return None
        return self.pause(attempt, chance)

    def pause(self, attempt: int, chance: float) -> float:
        """The delay for work that is never given up."""
        ceiling = min(self.cap_seconds, self.base_seconds * 2.0 ** min(attempt - 1, 32))
        return max(self.base_seconds / 2, ceiling * chance)
