"""Makes the letter of a stored mail: finds the token of its link, or what its order is about."""

from typing import Protocol
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import Engine

from pedidos.domain.mails import NOT_OWED, Kind
from pedidos.errors import PedidosError
from pedidos.mails.letters import Letter, address, endpoint_address, letter, order_address
from pedidos.security.account_keys import AccountKeys
from pedidos.security.mail_links import token_of
from pedidos.sentence import Sentence
from pedidos.storage.mails import order_facts
from pedidos.storage.webhooks import facts

REFUSE_PATH = "/unsubscribe"
"""The page on which its reader refuses a kind of mail that is not owed."""


class StoredMail(Protocol):
    """What is stored of a mail."""

    @property
    def id(self) -> UUID: ...
    @property
    def account_id(self) -> UUID: ...
    @property
    def kind(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def token_hash(self) -> bytes | None: ...
    @property
    def order_id(self) -> UUID | None: ...
    @property
    def version(self) -> int | None: ...
    @property
    def endpoint_id(self) -> UUID | None: ...


class NoLetter(PedidosError):
    """No letter can be made of the mail; the message says why. useless: it would be of no use any more."""

    def __init__(self, reason: str, *, useless: bool = False) -> None:
        super().__init__(reason)
        self.useless = useless


def letter_of(engine: Engine, keys: AccountKeys, site: str, mail: StoredMail) -> Letter:
    """The mail as its reader gets it. site: the address of the platform, for links. Raises NoLetter, Transient."""
    try:
        kind = Kind(mail.kind)
    except ValueError:
        raise NoLetter(Sentence("a newer version wrote it, and this one does not know its kind")) from None
    if mail.endpoint_id is not None:
        return _about_endpoint(engine, site, kind, mail, mail.endpoint_id)
    if mail.order_id is None or mail.version is None:
        return letter(kind, mail.language, _link(keys, site, kind, mail))
    order = order_facts.read(engine, mail.order_id, mail.version)
    if order is None:
        raise NoLetter(Sentence("its order is not stored any more"), useless=True)
    return letter(kind, mail.language, order_address(kind, order, site), order, refuse_address(keys, site, mail))


def _about_endpoint(engine: Engine, site: str, kind: Kind, mail: StoredMail, endpoint_id: UUID) -> Letter:
    """It names the host alone: the rest of the address may be a secret of its owner."""
    url = facts.url_of(engine, endpoint_id)
    if url is None:
        raise NoLetter(Sentence("its endpoint was removed"), useless=True)
    link = endpoint_address(endpoint_id, site)
    return letter(kind, mail.language, link, host=urlsplit(url).hostname or "")


def refuse_address(keys: AccountKeys, site: str, mail: StoredMail) -> str:
    """Where the reader says to want no more of this kind; empty if it is owed."""
    if mail.kind not in NOT_OWED:
        return ""
    return f"{site.rstrip('/')}{REFUSE_PATH}?token={keys.refusal_token(mail.account_id)}"


def _link(keys: AccountKeys, site: str, kind: Kind, mail: StoredMail) -> str:
    if mail.token_hash is None:
        return ""
    token = token_of(keys, mail.id, mail.token_hash)
    if token is None:
        raise NoLetter(Sentence("PEDIDOS_ACCOUNT_KEYS has no longer the key that made its link"))
    return address(kind, token, site)
