"""Which records the address of the page of records asks for."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple, Self
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from pedidos.messaging.topics import TOPICS

MOST_OFFSET = 2**63 - 1
MOST_PARTITION = 2**31 - 1
TOPIC_NAMES = tuple(topic.name for topic in TOPICS)


class Wanted(NamedTuple):
    """order: all records of this order, whatever else is said. With partition and offset: from there on. since: written
    since then. wrong: the fields that make no sense."""

    topic: str = ""
    partition: int | None = None
    offset: int | None = None
    since: datetime | None = None
    order: UUID | None = None
    wrong: frozenset[str] = frozenset()

    @classmethod
    def of(cls, given: Mapping[str, str], zone: str) -> Self:
        """From the parameters of an address. zone: of its time (IANA)."""
        wrong: set[str] = set()

        def number(name: str, most: int) -> int | None:
            text = given.get(name, "").strip()
            if text.isascii() and text.isdecimal() and len(text) < 20 and int(text) <= most:
                return int(text)
            wrong.update({name} if text else ())
            return None

        topic = given.get("topic", "")
        partition, offset = number("partition", MOST_PARTITION), number("offset", MOST_OFFSET)
        since, order = _moment(given.get("since", ""), zone), _id(given.get("order", ""))
        wrong |= {"topic"} if topic and topic not in TOPIC_NAMES else set()
        wrong |= {"since"} if given.get("since") and since is None else set()
        wrong |= {"order"} if given.get("order", "").strip() and order is None else set()
        if offset is not None and partition is None:
            wrong.add("partition")
        return cls(topic if topic in TOPIC_NAMES else "", partition, offset, since, order, frozenset(wrong))

    def query(self, offset: int) -> str:
        """The address of the records from another offset of the same partition on."""
        return urlencode({"topic": self.topic, "partition": self.partition, "offset": max(0, offset)})


def _moment(text: str, zone: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.replace(tzinfo=ZoneInfo(zone)) if found.tzinfo is None and 1970 < found.year < 9999 else None


def _id(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None
