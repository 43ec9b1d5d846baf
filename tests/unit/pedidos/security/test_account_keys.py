from uuid import UUID

import pytest

from pedidos.security.account_keys import AccountKeys, Unreadable

FIRST, SECOND = "the-first-of-the-keys", "the-second-of-the-keys"
ANA, BIA = UUID(int=1), UUID(int=2)


def test_what_was_encrypted_is_read_by_every_list_with_its_key() -> None:
    sealed = AccountKeys(FIRST).seal(b"secret", ANA)
    assert b"secret" not in sealed
    assert AccountKeys(f"{SECOND},{FIRST}").unseal(sealed, ANA) == b"secret"
    assert AccountKeys(FIRST).seal(b"secret", ANA) != sealed


def test_it_is_of_use_for_its_account_alone_and_as_it_was_written() -> None:
    keys = AccountKeys(FIRST)
    sealed = keys.seal(b"secret", ANA)
    for other, account in ((sealed, BIA), (sealed[:-1] + bytes([sealed[-1] ^ 1]), ANA), (sealed[:20], ANA)):
        with pytest.raises(Unreadable, match="PEDIDOS_ACCOUNT_KEYS"):
            keys.unseal(other, account)
    with pytest.raises(Unreadable):
        AccountKeys(SECOND).unseal(sealed, ANA)


def test_a_link_has_a_token_for_each_key() -> None:
    assert AccountKeys(FIRST).link_token(ANA) == AccountKeys(FIRST).link_token(ANA)
    assert len({AccountKeys(key).link_token(mail) for key in (FIRST, SECOND) for mail in (ANA, BIA)}) == 4
    both = list(AccountKeys(f"{SECOND},{FIRST}").link_tokens(ANA))
    assert both == [AccountKeys(SECOND).link_token(ANA), AccountKeys(FIRST).link_token(ANA)]


def test_a_signature_is_for_one_message() -> None:
    signature = AccountKeys(FIRST).sign(b"message")
    assert AccountKeys(f"{SECOND},{FIRST}").is_signed(b"message", signature)
    assert not AccountKeys(FIRST).is_signed(b"messages", signature)
    assert not AccountKeys(FIRST).is_signed(b"message", b"")
    assert not AccountKeys(SECOND).is_signed(b"message", signature)


def test_the_token_of_a_refusal_names_its_account_and_cannot_be_made_by_others() -> None:
    keys = AccountKeys(f"{SECOND},{FIRST}")
    for key in (FIRST, SECOND):
        assert keys.refused_by(AccountKeys(key).refusal_token(ANA)) == ANA
    token = keys.refusal_token(ANA)
    forged = keys.refusal_token(BIA)[:22] + token[22:]
    for wrong in (
        AccountKeys("of-somebody-else-entirely").refusal_token(ANA),
        forged,
        "",
        "é" * 43,
        token[:-4],
        "x" * 43,
    ):
        assert keys.refused_by(wrong) is None
