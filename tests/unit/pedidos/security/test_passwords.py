"""Passwords are the same on every keyboard (RFC 8265, OpaqueString)."""

import pytest
from argon2 import PasswordHasher

from pedidos.security import passwords

COMPOSED = "maçã e pão de açúcar"
DECOMPOSED = "mac\u0327a\u0303 e pa\u0303o de ac\u0327u\u0301car"


@pytest.mark.parametrize(
    ("sent", "form"),
    [
        (DECOMPOSED, COMPOSED),
        (COMPOSED, COMPOSED),
        ("dois\u00a0espa\u3000os", "dois espa os"),
        ("\u1680\u2003 x", "   x"),
        ("Ａｂｃ", "Ａｂｃ"),  # widths and capitals differ, as the RFC has it
        ("Correct Horse", "Correct Horse"),
        ("❤️‍🔥 amor", "❤️‍🔥 amor"),
        ("ﬁm", "ﬁm"),  # no compatibility decomposition
        ("\u212b", "\u00c5"),
    ],
)
def test_the_form_that_is_hashed(sent: str, form: str) -> None:
    assert passwords.prepared(sent) == form
    assert passwords.prepared(form) == form
    assert passwords.matches(passwords.hash_password(form), sent) == passwords.Match(good=True)


@pytest.mark.parametrize("sent", ["", "a\tb", "a\nb", "a\x00b", "a\x7fb", "a\x85b", "x" * (passwords.MAX_SENT + 1)])
def test_what_is_no_password(sent: str) -> None:
    with pytest.raises(ValueError, match=r"^Must have"):
        passwords.prepared(sent)


@pytest.mark.parametrize("sent", [DECOMPOSED, "dois\u00a0espaços e mais"])
def test_a_hash_of_the_characters_as_they_were_sent_is_good_and_replaced(sent: str) -> None:
    old = PasswordHasher().hash(sent)
    match = passwords.matches(old, sent)
    assert match.good
    assert match.better_hash is not None
    for each in (sent, passwords.prepared(sent)):
        assert passwords.matches(match.better_hash, each) == passwords.Match(good=True)
    assert not passwords.matches(old, passwords.prepared(sent)).good


def test_a_hash_of_control_characters_stays_good() -> None:
    old = PasswordHasher().hash("tab\tin the middle")
    assert passwords.matches(old, "tab\tin the middle") == passwords.Match(good=True)
    assert not passwords.matches(old, "tab in the middle").good


def test_passwords_match_themselves_alone() -> None:
    hashed = passwords.hash_password("correct horse")
    assert hashed.startswith("$argon2id$")
    assert passwords.matches(hashed, "correct horse").good
    assert not passwords.matches(hashed, "correct horse ").good
    assert not passwords.matches("not a hash", "correct horse").good
    assert hashed != passwords.hash_password("correct horse")
