"""What an operator searches orders for, as it stands in the address, and a page of what is found.

Lists walk indexes (storage/orders/lists.py). What no index has, a reason, or a customer and a shop together, is sieved
out of a stretch of the list: so a page costs at most SIEVED orders, and says how far it has looked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from sqlalchemy import Engine

from pedidos.domain.access import OrderScope, Role
from pedidos.domain.order import Status
from pedidos.domain.texts import printable
from pedidos.storage.accounts import accounts
from pedidos.storage.orders import lists, looking
from pedidos.storage.orders.lists import OrderFilter
from pedidos.storage.orders.reading import OrderSummary

PAGE = 50
SIEVED = 1000
MOST_TEXT = 254

AGES: Mapping[str, LazyString] = MappingProxyType(
    {
        "1m": _("in the last minute"),
        "1h": _("in the last hour"),
        "1d": _("in the last day"),
        "over-1m": _("more than a minute ago"),
        "over-1h": _("more than an hour ago"),
        "over-1d": _("more than a day ago"),
    }
)
_SECONDS = {"1m": 60, "1h": 3600, "1d": 86400}


@dataclass(frozen=True, slots=True)
class Search:
    """customer: an e-mail address, or an account's id. age: of AGES. before: the last order of the page before."""

    customer: str = ""
    merchant: UUID | None = None
    status: Status | None = None
    age: str = ""
    reason: str = ""
    before: UUID | None = None

    def address(self, before: UUID | None) -> str:
        """The query of the page that begins behind this order."""
        named = {
            "customer": self.customer,
            "shop": self.merchant,
            "state": self.status,
            "age": self.age,
            "reason": self.reason,
            "before": before,
        }
        return urlencode({name: str(value) for name, value in named.items() if value})

    @property
    def is_filtered(self) -> bool:
        return replace(self, before=None) != Search()


class Found(NamedTuple):
    """more: behind which order the next page begins; None on the last page. looked: how many orders were looked at, if
    the page was sieved. unknown: there is no such customer."""

    orders: list[OrderSummary]
    more: UUID | None
    looked: int | None = None
    unknown: bool = False


def search_of(values: Mapping[str, str]) -> Search:
    """The search in an address; a value that is none of those that can be chosen counts as not given."""
    return Search(
        customer=printable(values.get("customer", ""), MOST_TEXT).strip().lower(),
        merchant=uuid_of(values.get("shop", "")),
        status=next((each for each in Status if each == values.get("state")), None),
        age=values["age"] if values.get("age") in AGES else "",
        reason=printable(values.get("reason", ""), MOST_TEXT).strip(),
        before=uuid_of(values.get("before", "")),
    )


def uuid_of(text: str) -> UUID | None:
    """The id that the text is; None if it is none."""
    try:
        return UUID(text.strip())
    except ValueError:
        return None


def find(engine: Engine, search: Search) -> Found:
    """A page of the orders that match, the newest first."""
    customer_id = _customer_id(engine, search.customer)
    if search.customer and customer_id is None:
        return Found([], None, unknown=True)
    scope = OrderScope(customer_id=customer_id, merchant_id=None if customer_id else search.merchant)
    begin, end = _between(search.age)
    wanted = OrderFilter(scope, search.status, begin, end)
    sieve = bool(search.reason or (customer_id and search.merchant))
    limit = SIEVED if sieve else PAGE
    listed = lists.page(engine, wanted, search.before, limit + 1)
    more = len(listed) > limit
    listed = listed[:limit]
    if not sieve:
        return Found(listed, listed[-1].id if more else None)
    matching = _sieved(engine, search, listed)
    if len(matching) > PAGE:
        return Found(matching[:PAGE], matching[PAGE - 1].id, len(listed))
    return Found(matching, listed[-1].id if more else None, len(listed))


def _customer_id(engine: Engine, customer: str) -> UUID | None:
    if not customer:
        return None
    account_id = uuid_of(customer)
    account = accounts.by_id(engine, account_id) if account_id else accounts.by_email(engine, customer)
    return account.id if account and account.role == Role.CUSTOMER else None


def _between(age: str) -> tuple[datetime | None, datetime | None]:
    if not age:
        return None, None
    moment = datetime.now(UTC) - timedelta(seconds=_SECONDS[age.removeprefix("over-")])
    return (None, moment) if age.startswith("over-") else (moment, None)


def _sieved(engine: Engine, search: Search, listed: list[OrderSummary]) -> list[OrderSummary]:
    left = [order for order in listed if search.merchant in (None, order.merchant_id)]
    if not search.reason:
        return left
    found = looking.reasons(engine, [order.id for order in left])
    return [order for order in left if search.reason.casefold() in found.get(order.id, "").casefold()]
