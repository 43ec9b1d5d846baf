"""The filter of the audit log's page, as its address has it."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple, Self
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from pedidos.domain.audit import Action, Outcome
from pedidos.domain.texts import printable
from pedidos.storage.accounts import accounts
from pedidos.storage.audit_log.searching import Search
from pedidos.storage.audit_log.writing import MAX_LOCAL_USER, MAX_SUBJECT

MOST_PERSON = 254
"""Characters of an e-mail address."""

KINDS: Mapping[str, list[Action]] = {
    word: [each for each in Action if each.split(".")[0] == word]
    for word in dict.fromkeys(a.split(".")[0] for a in Action)
}
"""The actions by the word before their dot."""

NO_ACCOUNT = UUID(int=0)


class Shown(NamedTuple):
    """What the address says; what it does not say, or says wrongly, is as if it were not there."""

    person: str = ""
    action: str = ""
    subject: str = ""
    outcome: str = ""
    since: str = ""
    until: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Self:
        """From the parameters of an address."""
        action, outcome = given.get("action", ""), given.get("outcome", "")
        return cls(
            printable(given.get("person", ""), MOST_PERSON).strip(),
            action if action in KINDS or action in tuple(Action) else "",
            printable(given.get("subject", ""), MAX_SUBJECT).strip(),
            outcome if outcome in tuple(Outcome) else "",
            *(each if _moment(each) else "" for each in (given.get("since", ""), given.get("until", ""))),
        )

    @property
    def query(self) -> str:
        """What has to stand in the address of the page; empty for all entries."""
        return urlencode({name: value for name, value in self._asdict().items() if value})

    def search(self, engine: Engine, zone: str) -> Search:
        """The search that it stands for. zone: of its times (IANA)."""
        account_id, local_user = _person(engine, self.person)
        since, until = (_moment(each) for each in (self.since, self.until))
        return Search(
            action=self.action or None,
            account_id=account_id,
            local_user=local_user,
            subject=self.subject or None,
            outcome=self.outcome or None,
            since=since and since.replace(tzinfo=ZoneInfo(zone)),
            until=until and until.replace(tzinfo=ZoneInfo(zone)),
        )


def _person(engine: Engine, text: str) -> tuple[UUID | None, str | None]:
    """An account, by its id or its e-mail address; else a user of the operating system."""
    if not text:
        return None, None
    try:
        return UUID(text), None
    except ValueError:
        pass
    if "@" in text:
        account = accounts.by_email(engine, text.lower())
        return account.id if account else NO_ACCOUNT, None
    return None, text[:MAX_LOCAL_USER]


def _moment(text: str) -> datetime | None:
    """What a field for a date and a time sends, such as 2026-11-29T16:30, without a zone."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is None and 1970 < found.year < 9999 else None
