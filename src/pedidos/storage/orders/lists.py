"""Pages of orders, newest first. Each page walks indexes, for every filter and any number of orders."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Engine

from pedidos.domain.access import OrderScope
from pedidos.domain.order import SETTLED, Status
from pedidos.storage.engine import in_statement
from pedidos.storage.orders.reading import SUMMARY, OrderSummary, summary

# An order's id begins with the time. The statement that creates the order takes it just before the time of creation.
# But the ids of a session never decrease: after PostgreSQL's clock is set back, they are ahead until it catches up.
BEFORE = timedelta(minutes=1)
AHEAD = timedelta(hours=2)

_LOWEST, _HIGHEST = UUID(int=0), UUID(int=2**128 - 1)


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """None means any. created_from is inclusive, created_to exclusive."""

    scope: OrderScope
    status: Status | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None


def _page_of(owner: str | None, status: Status | None) -> str:
    """The statement for an owner's orders, or those of all customers, in one state or in any."""
    if status is not None:
        return _in_state(owner, status)
    if owner is None:
        return _stretch("true", {})
    # No index has all orders of an owner, so this merges the newest ones of several.
    parts = [*_in_flight(owner), *(_in_state(owner, each) for each in sorted(SETTLED))]
    union = " union all ".join(f"({part})" for part in parts)
    return f"select * from ({union}) as newest order by id desc limit %(limit)s"  # noqa: S608  # constants


def _in_flight(owner: str, condition: str = "") -> list[str]:
    """The stretches of indexes with the orders of such an owner that have not settled."""
    if owner == "customer_id":
        return [_stretch(f"landed_status is null{condition}", {owner: "%(owner)s"})]
    return [_of_merchant(condition, at_work=at_work) for at_work in (True, False)]


def _of_merchant(condition: str, *, at_work: bool) -> str:
    """The merchant's orders that the platform moves, or those that wait for their time."""
    index = {"merchant_id": "%(owner)s", "(release_at is null)": "true" if at_work else "false"}
    return _stretch(f"in_flight{condition}", index)


def _in_state(owner: str | None, status: Status) -> str:
    index = {} if owner is None else {owner: "%(owner)s"}
    if status in SETTLED:
        return _stretch("not in_flight", index | {"landed_status": f"'{status}'"})
    if owner is None:  # each of the two has an index of its own
        if status is Status.SCHEDULED:
            return _stretch("release_at is not null", index)
        return _stretch(f"in_flight and release_at is null and status = '{status}'", index)
    in_state = f" and status = '{status}'"
    if owner == "merchant_id":
        return _of_merchant(in_state, at_work=status is not Status.SCHEDULED)
    (stretch,) = _in_flight(owner, in_state)
    return stretch


# The range of ids has nearly the same orders. This is written so that PostgreSQL cannot guess what it leaves:
# where it expected few, it read all orders of an owner, and sorted them.
_EXACT = """(created_at + interval '0' < %(created_from)s::timestamptz) is not true
  and (created_at + interval '0' >= %(created_to)s::timestamptz) is not true"""


def _stretch(condition: str, index: dict[str, str]) -> str:
    """A range of one index. index: its columns before the id, each with the wanted value."""
    columns = ", ".join([*index, "id"])
    low = ", ".join([*index.values(), "%(low)s"])
    high = ", ".join([*index.values(), "%(high)s"])
    descending = ", ".join(f"{column} desc" for column in [*index, "id"])
    # The columns are compared and ordered as a row. If the first ones were set equal, with the order by id alone,
    # PostgreSQL could walk the primary key instead: a million orders, if the state is rare.
    return f"""
select {SUMMARY} from orders
where {condition} and ({columns}) >= ({low}) and ({columns}) < ({high})
  and {_EXACT}
order by {descending} limit %(limit)s
"""  # noqa: S608  # constants


_PAGES = {
    (owner, status): _page_of(owner, status)
    for owner in (None, "customer_id", "merchant_id")
    for status in (None, *Status)
}
"""The statement for each column of an owner (None: all orders) and each state (None: any)."""


def page(engine: Engine, wanted: OrderFilter, before: UUID | None, limit: int) -> list[OrderSummary]:
    """Newest first, at most limit; before is the id of the last order of the page before."""
    scope = wanted.scope
    owner = "customer_id" if scope.customer_id else "merchant_id" if scope.merchant_id else None
    values = {
        "owner": scope.customer_id or scope.merchant_id,
        "created_from": wanted.created_from or "-infinity",
        "created_to": wanted.created_to or "infinity",
        "low": id_of(wanted.created_from - BEFORE) if wanted.created_from else _LOWEST,
        "high": min(before or _HIGHEST, id_of(wanted.created_to + AHEAD) if wanted.created_to else _HIGHEST),
        "limit": limit,
    }
    statement = _PAGES[owner, wanted.status]
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(statement, values).all())
    return [summary(row) for row in rows]


def id_of(moment: datetime) -> UUID:
    """The lowest UUIDv7 of the moment (RFC 9562, 5.7): 48 bits of milliseconds since 1970, then the version's."""
    milliseconds = min(max(int(moment.timestamp() * 1000), 0), 2**48 - 1)
    return UUID(int=milliseconds << 80)
