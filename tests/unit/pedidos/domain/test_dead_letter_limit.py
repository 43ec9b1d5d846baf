"""How many records may become dead letters: a run of them, and a share of all."""

from hypothesis import given
from hypothesis import strategies as st

from pedidos.domain.dead_letter_limit import DeadLetterLimit


def allowed(limit: DeadLetterLimit, records: str) -> int:
    """How many bad records (x) among good ones (.) become dead letters before the partition stops."""
    spent, letters = 0.0, 0
    for record in records:
        if record == ".":
            spent = limit.after_decoded(spent, 1)
        elif limit.allows_another(spent):
            spent += 1
            letters += 1
        else:
            break
    return letters


def test_a_run_of_bad_records_ends_at_the_limit() -> None:
    assert allowed(DeadLetterLimit(100, 0.1), "x" * 500) == 100
    assert allowed(DeadLetterLimit(100, 0.1), "." * 1000 + "x" * 500) == 100, "good records are not saved up"


def test_a_share_above_the_ratio_ends_at_the_limit_later() -> None:
    assert 100 < allowed(DeadLetterLimit(100, 0.1), "x.." * 5000) < 200


def test_a_share_below_the_ratio_never_ends() -> None:
    assert allowed(DeadLetterLimit(100, 0.1), ("x" + "." * 20) * 5000) == 5000


def test_none_is_allowed() -> None:
    assert allowed(DeadLetterLimit(0, 0.1), "....x") == 0


@given(st.integers(0, 20), st.sampled_from([0.0, 0.1, 0.5, 1.0]), st.text(".x", max_size=300))
def test_in_every_stretch_letters_are_bounded(most: int, ratio: float, records: str) -> None:
    assert allowed(DeadLetterLimit(most, ratio), records) <= most + ratio * records.count(".") + 1e-6
