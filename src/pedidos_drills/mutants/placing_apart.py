"""All requests share threads and connections. Breaks "still serving": while many list orders, new ones are refused."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import Engine

from pedidos.processes.api.compartments import Compartment
from pedidos.processes.api.engines import LOCK_SECONDS, Engines
from pedidos.sentence import Sentence
from pedidos.settings.processes import ApiSettings
from pedidos.storage.engine import in_statement, make_engine
from pedidos.storage.orders.lists import OrderFilter
from pedidos.storage.orders.reading import SUMMARY, OrderSummary, summary
from pedidos_drills.safeguard import Safeguard

# No index has these values. So every order is read and sorted, which takes as long as reading a million.
_WALK = f"""
select {SUMMARY} from (select *, rank() over (order by md5(id::text)) as place from orders) as sorted
where merchant_id || '' = %(merchant)s || '' and status || '' = %(status)s || ''
order by created_at desc limit %(limit)s
"""  # noqa: S608  # SUMMARY is a constant


def one_pool(settings: ApiSettings) -> Engines:
    engine = make_engine(settings, settings.instance, settings.database_timeout_seconds, LOCK_SECONDS)
    return Engines(engine, engine, engine)


@contextmanager
def anywhere(_self: Compartment, _account: object) -> Iterator[None]:
    yield


def walked(engine: Engine, wanted: OrderFilter, _before: UUID | None, limit: int) -> list[OrderSummary]:
    values = {"merchant": str(wanted.scope.merchant_id), "status": wanted.status, "limit": limit}
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_WALK, values).all())
    return [summary(row) for row in rows]


SAFEGUARD = Safeguard(
    "placing-apart",
    guards="Lists and other requests have a share of the API's threads and connections; placing orders has its own.",
    off=Sentence("All requests share one pool and all threads, and a list reads every order."),
    needs="orders-listed",
    invariant="still serving",
    replaced={
        "pedidos.wiring.api:make_engines": one_pool,
        "pedidos.processes.api.compartments:Compartment.place": anywhere,
        "pedidos.storage.orders.lists:page": walked,
    },
    alone={"database_pool": 4},
    why_alone="With its index a list takes a millisecond, and few requests wait for a connection at a time.",
)
