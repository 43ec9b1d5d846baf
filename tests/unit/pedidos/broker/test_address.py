"""What an address of the task broker says."""

from urllib.parse import quote

import pytest

from pedidos.broker import address

ANY = "p@s:/?#[]%;, é'\"\\"


@pytest.mark.parametrize(
    ("text", "kind", "encrypted"),
    [
        ("redis://host", "redis", False),
        ("rediss://host", "redis", True),
        ("redis+socket:///run/valkey.sock", "redis", False),
        ("amqp://host//", "amqp", False),
        ("amqps://one//;amqps://other//", "amqp", True),
        ("sentinel://one;sentinel://other", "sentinel", False),
        ("sentinels://one", "sentinel", True),
    ],
)
def test_kind_and_encryption(text: str, kind: str, encrypted: bool) -> None:
    assert (address.kind(text), address.is_encrypted(text)) == (kind, encrypted)


def test_a_user_and_a_password_with_any_character() -> None:
    written = f"rediss://{quote(ANY, safe='')}:{quote(ANY, safe='')}@host:6379/3"
    assert address.credentials(written) == (ANY, ANY)
    assert address.credentials("redis://:word@host") == (None, "word")
    assert address.credentials("redis://host") == (None, None)


def test_kombu_gets_every_sentinel_with_the_database_and_no_password() -> None:
    text = "sentinels://user:word@one:26380/3;sentinels://[::1]"
    assert address.places(text) == [("one", 26380), ("::1", 26379)]
    assert address.for_kombu(text) == "sentinel://one:26380/3;sentinel://[::1]:26379/3"


def test_other_addresses_stay_as_they_are() -> None:
    text = "amqp://user:word@one/shop;amqp://user:word@other/shop"
    assert address.for_kombu(text) == text
