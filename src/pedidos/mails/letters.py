"""A mail as its reader gets it: subject, plain text and HTML, in English or Portuguese."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton, format_time
from babel.numbers import format_currency
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from pedidos.domain.mails import NOT_OWED, PURPOSES, Kind, Purpose
from pedidos.domain.reasons import said_one
from pedidos.domain.texts import printable
from pedidos.mails.words import LINK, ORDER, WORDS, Words
from pedidos.sentence import Translate
from pedidos.storage.mails.order_facts import OrderFacts
from pedidos.texts import translations

CURRENCY = "BRL"

MOST_OF_SUBJECT = 200

PATHS: Mapping[Purpose, str] = MappingProxyType(
    {Purpose.VERIFY: "/verify", Purpose.RESET: "/reset", Purpose.JOIN: "/join"}
)
"""The page that each link with a token leads to."""


TO_MERCHANTS = frozenset({Kind.NEW_ORDER, Kind.ORDER_MISSED})
"""Mails that lead to the board."""


@dataclass(frozen=True, slots=True)
class Letter:
    subject: str
    text: str
    html: str


def address(kind: Kind, token: str, site: str) -> str:
    """The link with a token in a mail of this kind. site: the address of the platform, such as https://example.org."""
    return f"{site.rstrip('/')}{PATHS[PURPOSES[kind]]}?token={token}"


def order_address(kind: Kind, order: OrderFacts, site: str) -> str:
    """The page that a mail about an order leads to: the merchant's board, or the order's page."""
    return f"{site.rstrip('/')}/board" if kind in TO_MERCHANTS else f"{site.rstrip('/')}/orders/{order.id}"


def endpoint_address(endpoint_id: UUID, site: str) -> str:
    """The page of an endpoint of webhooks."""
    return f"{site.rstrip('/')}/webhooks/{endpoint_id}"


def letter(
    kind: Kind, language: str, link: str = "", order: OrderFacts | None = None, refuse: str = "", host: str = ""
) -> Letter:
    """The mail in a language, which is a locale of pedidos.texts.

    link: the address in it, for kinds that have one. order: what a mail about an order is about. refuse: where its
    reader says to want no more of them, for kinds that are not owed. host: of an endpoint that a mail is about.
    """
    translated = translations(language).gettext
    words = WORDS[kind]
    values = {"host": host} | _values(order, language, translated)
    subject = printable(translated(words.subject) % values, MOST_OF_SUBJECT)
    about: dict[str, Any] = {
        "subject": subject,
        "parts": [each if each in (LINK, ORDER) else translated(each) % values for each in _said(words, order)],
        "link": link,
        "action": translated(words.action) if words.action else "",
        "order": order,
        "refuse": refuse if kind in NOT_OWED else "",
        "language": language.replace("_", "-"),
        "money": lambda cents: _money(cents, language),
        "_": translated,
        "LINK": LINK,
        "ORDER": ORDER,
    }
    environment = _environment()
    text = environment.get_template("letter.txt").render(about)
    return Letter(subject, text, environment.get_template("letter.html").render(about))


def _said(words: Words, order: OrderFacts | None) -> list[str]:
    """The paragraphs, without those whose values are missing: the gateway gives no reason, for example."""
    found = set(order.detail) if order is not None else set()
    return [each for each, needs in words.paragraphs if needs is None or needs in found]


def _values(order: OrderFacts | None, language: str, translated: Translate) -> dict[str, str]:
    if order is None:
        return {}
    amount, reason = order.detail.get("amount_cents"), order.detail.get("reason")
    wanted = order.detail.get("scheduled_for")
    return {
        "shop": order.shop,
        "total": _money(order.total_cents, language),
        "amount": _money(amount if isinstance(amount, int) else order.total_cents, language),
        "reason": said_one(str(reason or ""), translated),
        "wanted": _moment(datetime.fromisoformat(wanted), order.time_zone, language) if wanted else "",
    }


def _money(cents: int, language: str) -> str:
    return format_currency(Decimal(cents) / 100, CURRENCY, locale=language)


def _moment(at: datetime, time_zone: str, language: str) -> str:
    """A day and a time in a time zone (IANA)."""
    zone = ZoneInfo(time_zone)
    day = format_skeleton("MMMMEEEEd", at.astimezone(zone), tzinfo=zone, locale=language)
    time_of_day = format_time(at.astimezone(zone), "short", tzinfo=zone, locale=language)
    return f"{day}, {time_of_day}"


@cache
def _environment() -> Environment:
    """HTML is escaped, plain text is not."""
    return Environment(
        loader=PackageLoader("pedidos.mails"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
