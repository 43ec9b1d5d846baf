"""How many records of a partition may become dead letters before its consumer stops there.

A few records that cannot be decoded are somebody's mistake: they are set aside, and the partition goes on. Many of them
in a short stretch are more likely the fault of the consumer, or of a producer that was deployed a moment ago: then
setting them aside would empty the topic into the dead letters.

The limit is a token bucket, as gRPC's retry throttling has it. It holds at most `most` tokens, one dead letter takes
one, and each record that is decoded gives back `ratio` of one. So it bounds both a run of bad records (`most`) and
their share over a long time (about `ratio`). Sources: gRFC A6 (retry throttling); Arroyo's DlqLimit, which has the two
bounds apart.
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
