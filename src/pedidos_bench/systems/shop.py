"""The benchmark's data on this platform: one merchant, many products whose stock never runs out, and customers."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import orjson
from sqlalchemy import Engine

from pedidos.security.keys import SIGNING_FILE
from pedidos.security.tokens import TokenSigner
from pedidos.setup.demo import ALWAYS, demo_id
from pedidos.storage import seed
from pedidos.storage.engine import in_transaction
from pedidos.storage.seed import SeedAccount, SeedMerchant, SeedProduct

MERCHANT = demo_id(1)
PRODUCTS = [demo_id(101 + number) for number in range(100)]
STOCK = 1_000_000_000
CUSTOMERS = 5_000
"""With this number, none of them comes near the limits of an account, whose defaults apply."""

UNITS = 2
"""Units of an order: two items, one of each."""

APART = 37
"""Distance of the second item from the first. It has no divisor in common with the number of products."""

TOKEN_SECONDS = 6 * 3600


@dataclass(frozen=True, slots=True)
class Shop:
    """customers: their account ids. tokens and bodies: as in Target."""

    customers: Sequence[UUID]
    tokens: Sequence[str]
    bodies: Sequence[bytes]


def open_shop(engine: Engine, keys_dir: Path, customers: int) -> Shop:
    """Writes the merchant, products, stock and accounts. The accounts cannot sign in: tokens are signed here."""
    accounts = [demo_id(10_000 + number) for number in range(customers)]
    products = [SeedProduct(each, MERCHANT, f"Product {n}", 500 + 10 * n, STOCK) for n, each in enumerate(PRODUCTS)]
    people = [
        SeedAccount(each, f"customer{n}@bench.example", f"Customer {n}", "customer", None, "!")
        for n, each in enumerate(accounts)
    ]
    merchants = [SeedMerchant(MERCHANT, "Benchmark", ALWAYS)]
    in_transaction(engine, lambda connection: seed.insert(connection, merchants, products, people))
    signer = TokenSigner(keys_dir / SIGNING_FILE, TOKEN_SECONDS)
    tokens = [signer.sign(account, "customer", None) for account in accounts]
    return Shop(accounts, tokens, [body(number) for number in range(len(PRODUCTS))])


def body(number: int, payment_token: str = "tok_ok") -> bytes:  # noqa: S107  # the provider's word for "charge it"
    """The number-th order."""
    items = [PRODUCTS[number % len(PRODUCTS)], PRODUCTS[(number + APART) % len(PRODUCTS)]]
    return orjson.dumps(
        {
            "merchant_id": str(MERCHANT),
            "items": [{"product_id": str(product), "quantity": 1} for product in items],
            "payment_token": payment_token,
        }
    )
