"""Passwords that an attacker tries first are refused, and others are not."""

import secrets

import pytest

from pedidos.security.guessable import _common, why_guessable
from pedidos.security.passwords import MAX_LENGTH, MIN_LENGTH
from pedidos.setup.demo_accounts import ACCOUNTS
from pedidos_local.credentials import Credentials
from tests.support.api import PASSWORD

EMAIL, NAME = "maria.souza+shop@pedidos.example", "Maria Souza"


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "PassWord1234",
        "qwertyuiopas",
        "1q2w3e4r5t6y",
        "123456789012",
        "111111111111",
        "iloveyou1234",
        "flamengo1234",
        "administrator",
        "passwordpassword",
    ],
)
def test_common_ones_are_refused(password: str) -> None:
    assert "list of common passwords" in (why_guessable(password, EMAIL, NAME) or "")


@pytest.mark.parametrize(
    "password",
    [
        EMAIL,
        EMAIL.upper(),
        "maria.souza+shop",
        "maria.souza2026!",
        "Maria Souza 1990",
        "mariasouza12",
        "souza-souza-souza",
        "pedidos-pedidos",
        "pedidos 2026 maria",
    ],
)
def test_those_made_of_the_account_are_refused(password: str) -> None:
    assert "e-mail address" in (why_guessable(password, EMAIL, NAME) or "")


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "correct horse battery",
        "quatro palavras ao acaso",
        "maria gosta de jabuticaba",
        "maçã e pão de açúcar",
        "84 71 62 53 94 05 27",
        "# Common passwords",
    ],
)
def test_others_are_not(password: str) -> None:
    assert why_guessable(password, EMAIL, NAME) is None


def test_words_of_one_or_two_characters_do_not_count() -> None:
    assert why_guessable("x: 84716253940", "x@pedidos.example", "X") is None


def test_the_passwords_of_the_demo_accounts_pass() -> None:
    made = Credentials().accounts
    for account in ACCOUNTS:
        assert why_guessable(made[account.email], account.email, account.name) is None
        assert (
            why_guessable(secrets.token_hex(18), account.email, account.name) is None
        )  # as deploy/compose/make-secrets makes them


def test_the_list_has_3000_that_a_registration_would_take() -> None:
    """ASVS 5.0, 6.2.4, counts those that match the rule on length."""
    listed = [line for line in _common().splitlines() if not line.startswith("# ")]
    assert sum(MIN_LENGTH <= len(line) <= MAX_LENGTH for line in listed) >= 3000
    assert listed == sorted({line.lower() for line in listed})
