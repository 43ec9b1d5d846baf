import re

from pedidos.security import mail_links
from pedidos.security.account_keys import AccountKeys

KEYS = AccountKeys("the-first-of-the-keys")


def test_the_token_of_a_link_is_found_again_also_after_a_change_of_keys() -> None:
    link = mail_links.new(KEYS, "en")
    token = mail_links.token_of(
        AccountKeys("another-key-of-accounts,the-first-of-the-keys"), link.mail_id, link.token_hash
    )
    assert token is not None
    assert re.fullmatch(mail_links.PATTERN, token)
    assert mail_links.kept(token) == link.token_hash
    assert mail_links.token_of(AccountKeys("another-key-of-accounts"), link.mail_id, link.token_hash) is None


def test_each_link_has_its_own() -> None:
    assert mail_links.new(KEYS, "en").token_hash != mail_links.new(KEYS, "en").token_hash
