"""Passwords that an attacker tries first: common ones, and those that say no more than the account does.

NIST SP 800-63B-4, 3.1.1.2, and ASVS 5.0, 6.2.4 and 6.2.11. There are no rules on kinds of characters, as both ask.
"""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from pedidos.sentence import Sentence

SERVICE = "pedidos"
SHORTEST_WORD = 3
"""Characters of a word that counts: shorter ones are in many good passwords."""


def why_guessable(password: str, email: str, name: str) -> Sentence | None:
    """What to do instead of this password, which is long enough and in its prepared form; None if it is fine."""
    form = password.lower()
    if f"\n{form}\n" in _common():
        return Sentence(
            "It is on a list of common passwords: choose another, such as four words that do not belong together."
        )
    if _says_no_more(form, _words(email, name)):
        return Sentence("It is made of your e-mail address, your name or the name of this service: choose another.")
    return None


def _words(email: str, name: str) -> Iterable[str]:
    local, _, _ = email.partition("@")
    account = {email, local, local.partition("+")[0], name, name.replace(" ", ""), *name.split(), SERVICE}
    return {word.lower() for word in account if len(word) >= SHORTEST_WORD}


def _says_no_more(form: str, words: Iterable[str]) -> bool:
    """Whether nothing but digits and signs is left without these words."""
    left = form
    for word in sorted(words, key=len, reverse=True):  # the address before its parts
        left = left.replace(word, "")
    return left != form and not any(character.isalpha() for character in left)


@cache
def _common() -> str:
    # One text instead of a set: a search takes a fraction of the time of a hash, and a set 15 MB in each api process.
    return "\n" + files("pedidos.security").joinpath("common_passwords.txt").read_text("utf-8")
