"""The mails that the platform has written, with the tokens of their links: what their readers would get."""

from dataclasses import dataclass

from sqlalchemy import Engine

from pedidos.security.account_keys import AccountKeys
from pedidos.security.mail_links import token_of
from tests.support.api import PASSWORD, Api
from tests.support.settings import ACCOUNT_KEYS
from tests.support.tables import rows

KEYS = AccountKeys(ACCOUNT_KEYS)

_TO = "select id, kind, language, token_hash from mails where recipient = :email order by created_at"


@dataclass(frozen=True)
class Received:
    """token: of its link; empty without one."""

    kind: str
    language: str
    token: str


@dataclass(frozen=True)
class Mailbox:
    """Of everyone."""

    engine: Engine

    def to(self, email: str) -> list[Received]:
        """The mails to this address, oldest first."""
        return [
            Received(row.kind, row.language, (token_of(KEYS, row.id, row.token_hash) or "") if row.token_hash else "")
            for row in rows(self.engine, _TO, email=email)
        ]

    def token(self, email: str, kind: str | None = None) -> str:
        """The token of the newest mail to this address that has a link, of this kind or of any."""
        return [each.token for each in self.to(email) if each.token and kind in (None, each.kind)][-1]


def confirm(api: Api, mailbox: Mailbox, email: str, password: str = PASSWORD) -> None:
    """Confirms the address of an account that was registered."""
    body = {"token": mailbox.token(email, "confirm_address"), "password": password}
    answer = api.ask("POST", "/v1/auth/verification", json=body)
    assert answer.status_code == 204, answer.text
