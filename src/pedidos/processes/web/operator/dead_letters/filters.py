"""The filter of the list of dead letters, as its address has it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple, Self, cast
from urllib.parse import urlencode

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from pedidos.domain.texts import printable
from pedidos.messaging.groups import GROUPS
from pedidos.storage.dead_letters.letters import Filter

SOURCES = ("relay", *GROUPS, "worker", "watchdog", "mail", "webhook", "provider")

STATES: Mapping[str, LazyString] = {
    "open": _("open"),
    "replayed": _("replayed"),
    "discarded": _("discarded"),
    "any": _("any"),
}

PERIODS: Mapping[str, tuple[timedelta, LazyString]] = {
    "1h": (timedelta(hours=1), _("the last hour")),
    "1d": (timedelta(days=1), _("the last day")),
    "7d": (timedelta(days=7), _("the last 7 days")),
}

MOST_CAUSE = 300
"""Characters of a cause."""
MOST_SEARCHED = 200
"""Characters of a search."""


class Shown(NamedTuple):
    """What the address says; what it does not say, or says wrongly, is as if it were not there."""

    source: str = ""
    status: str = "open"
    text: str = ""
    since: str = ""
    cause: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Self:
        """From the parameters of an address, or the fields of a form."""
        source, status, since = given.get("source", ""), given.get("status", "open"), given.get("since", "")
        return cls(
            source if source in SOURCES else "",
            status if status in STATES else "open",
            printable(given.get("text", ""), MOST_SEARCHED).strip(),
            since if since in PERIODS else "",
            printable(given.get("cause", ""), MOST_CAUSE),
        )

    @property
    def query(self) -> str:
        """What has to stand in the address of the list; empty for all open letters."""
        given = {name: value for name, value in self._asdict().items() if value and (name, value) != ("status", "open")}
        return urlencode(given)

    def about(self, source: str, cause: str) -> str:
        """The query for the letters of one cause among these."""
        return self._replace(source=source, cause=cause).query

    def filter(self) -> Filter:
        """The filter that it stands for, now."""
        return Filter(
            source=self.source or None,
            status=None if self.status == "any" else cast(Literal["open", "replayed", "discarded"], self.status),
            reason=self.text or None,
            since=datetime.now(UTC) - PERIODS[self.since][0] if self.since else None,
            cause=self.cause or None,
        )
