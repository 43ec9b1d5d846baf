"""Orders that move, in the event log: written by many transactions at once, in every possible order of commits."""

import asyncio
import random
from dataclasses import dataclass, field
from uuid import UUID

import psycopg

from pedidos.domain.order import PATH, Status, event_type

WAY = (*PATH, Status.PREPARING, Status.ON_ITS_WAY, Status.DELIVERED)


@dataclass
class World:
    """A merchant with customers of its own, so that tests on one database do not see each other."""

    database_url: str
    merchant_id: UUID
    customers: list[UUID] = field(default_factory=list)

    @classmethod
    def make(cls, database_url: str, customers: int) -> "World":
        with psycopg.connect(database_url, autocommit=True) as connection:
            row = connection.execute("insert into merchants (name) values ('Cantina') returning id").fetchone()
            assert row is not None
            world = cls(database_url, row[0])
            for _ in range(customers):
                row = connection.execute(
                    "insert into accounts (email, name, role, password_hash)"
                    " values (gen_random_uuid()::text || '@example.org', 'Ana', 'customer', '') returning id"
                ).fetchone()
                assert row is not None
                world.customers.append(row[0])
        return world

    async def connect(self) -> "psycopg.AsyncConnection[tuple[object, ...]]":
        return await psycopg.AsyncConnection.connect(self.database_url)

    async def order(self, customer: UUID, steps: int = 1) -> UUID:
        """A new order that has gone this many steps of its way, each in a transaction of its own."""
        async with await self.connect() as connection:
            async with connection.transaction():
                order_id = await self._place(connection, customer)
            for version in range(2, steps + 1):
                async with connection.transaction():
                    await self._move(connection, order_id, version)
        return order_id

    async def move(self, order_id: UUID, version: int, status: str | None = None, detail: str = "{}") -> None:
        """detail: of the event, as JSON."""
        async with await self.connect() as connection, connection.transaction():
            await self._move(connection, order_id, version, status, detail)

    async def traffic(self, writers: int, orders_each: int, chance: random.Random) -> None:
        """Orders from everybody at once; transactions take their number early and commit late, some never."""
        await asyncio.gather(*(self._writer(orders_each, random.Random(chance.random())) for _ in range(writers)))

    async def _writer(self, orders: int, chance: random.Random) -> None:
        async with await self.connect() as connection:
            for _ in range(orders):
                order_id = None
                for version in range(1, chance.randint(2, len(WAY)) + 1):
                    async with connection.transaction(force_rollback=chance.random() < 0.05):
                        await connection.execute("select pg_current_xact_id()")
                        await asyncio.sleep(chance.choice((0, 0, 0, 0.002, 0.02, 0.08)))
                    async with connection.transaction():
                        await connection.execute("select pg_current_xact_id()")
                        await asyncio.sleep(chance.choice((0, 0, 0.001, 0.01, 0.05)))
                        if order_id is None:
                            order_id = await self._place(connection, chance.choice(self.customers))
                        else:
                            await self._move(connection, order_id, version)
                        await asyncio.sleep(chance.choice((0, 0, 0.001, 0.03)))

    async def _place(self, connection: "psycopg.AsyncConnection[tuple[object, ...]]", customer: UUID) -> UUID:
        cursor = await connection.execute(
            "insert into orders (id, customer_id, merchant_id, status, version, total_cents, payment_token, created_at,"
            " updated_at) values (uuidv7(), %s, %s, 'received', 1, 100, 'tok_ok', now(), now()) returning id",
            (customer, self.merchant_id),
        )
        row = await cursor.fetchone()
        assert row is not None
        assert isinstance(row[0], UUID)
        await self._log(connection, row[0], 1, "received")
        return row[0]

    async def _move(
        self,
        connection: "psycopg.AsyncConnection[tuple[object, ...]]",
        order_id: UUID,
        version: int,
        status: str | None = None,
        detail: str = "{}",
    ) -> None:
        status = status or WAY[version - 1]
        await connection.execute(
            "update orders set status = %s, version = %s, updated_at = clock_timestamp(), txid = pg_current_xact_id()"
            " where id = %s",
            (status, version, order_id),
        )
        await self._log(connection, order_id, version, status, detail)

    async def _log(
        self,
        connection: "psycopg.AsyncConnection[tuple[object, ...]]",
        order_id: UUID,
        version: int,
        status: str,
        detail: str = "{}",
    ) -> None:
        await connection.execute(
            "insert into order_events (order_id, version, type, status, customer_id, merchant_id, detail)"
            " select id, %s, %s, %s, customer_id, merchant_id, %s from orders where id = %s",
            (version, event_type(Status(status)), status, detail, order_id),
        )

    def log(self, where: str = "true", *values: object) -> list[str]:
        """The cursors of the events of this merchant in the order of the log."""
        with psycopg.connect(self.database_url) as connection:
            rows = connection.execute(
                "select txid::text || '-' || seq from order_events"  # noqa: S608  # the tests' own
                f" where merchant_id = %s and {where} order by txid, seq",
                (self.merchant_id, *values),
            ).fetchall()
        return [row[0] for row in rows]
