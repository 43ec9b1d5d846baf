"""The shop of every peer: this platform's data in the peer's own tables, and the orders to place."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from pedidos.security import keys, rotation
from pedidos.security.tokens import TokenSigner
from pedidos_bench.sql import databases
from pedidos_bench.system import Servers, Target
from pedidos_bench.systems import peer_ledger, shop

SCHEMA_FILE = Path(__file__).parents[1] / "peers" / "schema.sql"
CONFIRMED = "select count(*) from orders where status = 'confirmed'"


@dataclass(frozen=True, slots=True)
class PeerShop:
    """database_url: for psycopg. tokens and bodies: as in Target. jwks_file: the keys that verify the tokens.

    counting: a connection that stays open for counting, so that frequent queries cost little.
    """

    database_url: str
    jwks_file: Path
    tokens: Sequence[str]
    bodies: Sequence[bytes]
    counting: psycopg.Connection

    def target(self, url: str, processes: Callable[[], Mapping[str, Sequence[int]]]) -> Target:
        """A peer that works for this shop and is served at url."""
        return Target(
            url=url,
            ca_file=None,
            tokens=self.tokens,
            bodies=self.bodies,
            processes=processes,
            confirmed=self.confirmed,
            audit=lambda accepted: peer_ledger.audit(self.database_url, accepted, shop.STOCK),
        )

    def confirmed(self) -> int:
        """The number of confirmed orders."""
        row = self.counting.execute(CONFIRMED, prepare=True).fetchone()
        return int(row[0]) if row else 0


@contextmanager
def opened(servers: Servers, database: str) -> Iterator[PeerShop]:
    """Creates a shop in a database of this name, which is dropped when the context ends."""
    with databases.fresh(servers, database) as database_url:
        with psycopg.connect(database_url) as connection:
            make_tables(connection)
            _stock_up(connection)
        keys_dir = servers.folder / f"{database}-keys"
        rotation.ensure_keys(keys_dir)
        signer = TokenSigner(keys_dir / keys.SIGNING_FILE, shop.TOKEN_SECONDS)
        tokens = [signer.sign(uuid4(), "customer", None) for _ in range(shop.CUSTOMERS)]
        bodies = [shop.body(number) for number in range(len(shop.PRODUCTS))]
        with psycopg.connect(database_url, autocommit=True) as counting:
            yield PeerShop(database_url, keys_dir / keys.JWKS_FILE, tokens, bodies, counting)


def make_tables(connection: psycopg.Connection) -> None:
    """Creates the peers' tables, empty."""
    connection.execute(sql.SQL(SCHEMA_FILE.read_text("utf-8")))


def sqlalchemy_url(database_url: str) -> str:
    """The same address for SQLAlchemy with psycopg."""
    return make_url(database_url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def _stock_up(connection: psycopg.Connection) -> None:
    connection.execute("insert into merchants (id, name) values (%s, 'Benchmark')", [shop.MERCHANT])
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into products (id, merchant_id, name, price_cents) values (%s, %s, %s, %s)",
            [(each, shop.MERCHANT, f"Product {n}", 500 + 10 * n) for n, each in enumerate(shop.PRODUCTS)],
        )
        cursor.executemany(
            "insert into stock (product_id, on_hand) values (%s, %s)", [(each, shop.STOCK) for each in shop.PRODUCTS]
        )
