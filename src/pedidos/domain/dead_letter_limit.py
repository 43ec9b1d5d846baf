"""How many records of a partition may become dead letters before its consumer stops there.

A few records that cannot be decoded are single mistakes: they are set aside, and the partition continues. Many of them
in a short time are more likely the fault of the consumer, or of a producer that was just deployed. Setting them aside
would then move the whole topic to the dead letters.

The limit is a token bucket, as in gRPC's retry throttling. It holds at most `most` tokens. A dead letter takes one, and
each record that is decoded returns `ratio` of one. So it limits both a run of bad records (`most`) and their share over
a long time (about `ratio`). Sources: gRFC A6 (retry throttling); Arroyo's DlqLimit, which has two separate limits.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeadLetterLimit:
    """most: dead letters of one partition in a row. ratio: dead letters that each decoded record allows again."""

    most: int
    ratio: float

    def after_decoded(self, spent: float, records: int) -> float:
        """What is spent of the limit after this number of decoded records."""
        return max(0.0, spent - records * self.ratio)

    def allows_another(self, spent: float) -> bool:
        """Whether one more record may become a dead letter."""
        return spent + 1 <= self.most


@dataclass(frozen=True, slots=True)
class Spent:
    """What one partition has spent of its limit. stopped: why its consumer stopped there; empty while it works."""

    letters: float = 0.0
    stopped: str = ""


NOTHING_SPENT = Spent()
