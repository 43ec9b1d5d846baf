import pytest

from pedidos.domain.webhooks import HOUR, KEEP_TRYING_SECONDS, LONGEST_PAUSE, PAUSES, Answer, Verdict, pause, verdict


def test_there_are_ten_tries_in_about_three_days() -> None:
    assert len(PAUSES) + 1 == 10
    assert list(PAUSES) == sorted(PAUSES)
    least, most = (sum(pause(Answer(500), n, chance) for n in range(1, 10)) for chance in (0.0, 0.999))
    assert 66 * HOUR < least < most < 84 * HOUR


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_a_2xx_is_taken(status: int) -> None:
    assert verdict(Answer(status), 10, KEEP_TRYING_SECONDS) is Verdict.DELIVERED


@pytest.mark.parametrize("status", [0, 199, 301, 302, 400, 404, 429, 500, 503])
def test_all_else_is_tried_again_until_the_last_try(status: int) -> None:
    assert verdict(Answer(status), 9, 0) is Verdict.LATER
    assert verdict(Answer(status), 10, 0) is Verdict.FAILED
    assert verdict(Answer(status), 1, KEEP_TRYING_SECONDS) is Verdict.FAILED


def test_gone_is_gone() -> None:
    assert verdict(Answer(410), 1, 0) is Verdict.GONE


def test_retry_after_is_heeded_within_a_limit() -> None:
    assert pause(Answer(503, retry_after=900), 1, 0.5) == 900
    assert pause(Answer(503, retry_after=1), 3, 0.5) == PAUSES[2]
    assert pause(Answer(503, retry_after=1e9), 1, 0.5) == LONGEST_PAUSE
