"""The random numbers of a history, by subject."""

from random import Random


class Dice:
    """The same seed gives the same history. Each subject has numbers of its own, so that one that is added leaves what
    older seeds find as it is. chance: of all that has no other."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)  # noqa: S311  # the same seed, the same history
        subjects = ("picks", "sleeps", "returns", "street", "ratings", "plans", "vips", "kept")
        streams = [Random(f"{seed} {subject}") for subject in subjects]  # noqa: S311  # as the one above
        self.picks, self.sleeps, self.returns, self.street, self.ratings, self.plans, self.vips, self.kept = streams
