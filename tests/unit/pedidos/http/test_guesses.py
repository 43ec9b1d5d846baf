"""The password of an account is guessed a limited number of times, and its owner is not locked out."""

from collections.abc import Sequence

import pytest

from pedidos.http import problems
from pedidos.http.counting import shared_counts
from pedidos.http.guesses import Guesses
from pedidos.settings.groups.broker import OptionalBrokerSettings

MOST = 3
EMAIL = "maria@pedidos.example"
STRANGER = "192.0.2.7"
HOME = "2001:db8::1"


def refuses(guesses: Guesses, email: str, client: str, addresses: Sequence[str] = ()) -> bool:
    try:
        guesses.require_few(email, client, lambda: addresses)
    except problems.TooManyRequests:
        return True
    return False


@pytest.fixture
def guessed() -> Guesses:
    """After as many failures as an account may have."""
    guesses = Guesses(MOST, None)
    for _ in range(MOST):
        assert not refuses(guesses, EMAIL, STRANGER)
        guesses.failed(EMAIL)
    return guesses


def test_beyond_the_limit_no_client_may_try(guessed: Guesses) -> None:
    assert refuses(guessed, EMAIL, STRANGER)
    with pytest.raises(problems.TooManyRequests) as refused:
        guessed.require_few(EMAIL, HOME, tuple)
    assert 1 <= int(refused.value.extra_headers["Retry-After"]) <= 3600


def test_other_accounts_are_not_affected(guessed: Guesses) -> None:
    assert not refuses(guessed, "joana@pedidos.example", STRANGER)


def test_a_client_in_the_network_of_a_session_may_try(guessed: Guesses) -> None:
    assert not refuses(guessed, EMAIL, HOME, ["198.51.100.1", "2001:db8::ffff"])
    assert refuses(guessed, EMAIL, STRANGER, ["198.51.100.1", "2001:db8::ffff"])


def test_the_sessions_are_asked_for_only_if_it_matters() -> None:
    def asked() -> Sequence[str]:
        raise AssertionError

    Guesses(MOST, None).require_few(EMAIL, STRANGER, asked)


def test_without_its_broker_a_process_counts_alone_and_asks_again_later() -> None:
    now = [0.0]
    guesses = Guesses(
        MOST, shared_counts(OptionalBrokerSettings(broker_url="redis://127.0.0.1:1/0")), clock=lambda: now[0]
    )
    for _ in range(MOST):
        guesses.failed(EMAIL)
        now[0] += 10.0
    assert refuses(guesses, EMAIL, STRANGER)
