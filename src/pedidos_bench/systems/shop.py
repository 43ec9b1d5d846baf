"""The benchmark's data on this platform: one merchant, many products whose stock never runs out, and customers."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, Engine

from pedidos.security.keys import SIGNING_FILE
from pedidos.security.tokens import TokenSigner
from pedidos.setup.demo import ALWAYS, DELIVERY, MARKET, demo_id
from pedidos.setup.demo_handover import DELIVERY as HANDOVER
from pedidos.storage import seed
from pedidos.storage.catalogue import delivery_terms
from pedidos.storage.engine import in_transaction
from pedidos.storage.seed import SeedAccount, SeedChoice, SeedCoupon, SeedMerchant, SeedProduct

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

CHOICES = [demo_id(20_000 + number) for number in range(len(PRODUCTS))]
"""One of each product, which an order may leave out."""
COUPON = SeedCoupon(demo_id(30_000), MERCHANT, "BENCH-10", percent=10)


@dataclass(frozen=True, slots=True)
class Shop:
    """customers: their account ids. tokens and bodies: as in Target. full_bodies: the same orders with all that they
    can have."""

    customers: Sequence[UUID]
    tokens: Sequence[str]
    bodies: Sequence[bytes]
    full_bodies: Sequence[bytes]


def open_shop(engine: Engine, keys_dir: Path, customers: int) -> Shop:
    """Writes the merchant, products, stock and accounts. The accounts cannot sign in: tokens are signed here."""
    accounts = [demo_id(10_000 + number) for number in range(customers)]
    products = [SeedProduct(each, MERCHANT, f"Product {n}", 500 + 10 * n, STOCK) for n, each in enumerate(PRODUCTS)]
    people = [
        SeedAccount(each, f"customer{n}@bench.example", f"Customer {n}", "customer", None, "!")
        for n, each in enumerate(accounts)
    ]
    merchants = [SeedMerchant(MERCHANT, "Benchmark", ALWAYS)]
    choices = [SeedChoice(choice, PRODUCTS[n], f"Extra {n}", 150) for n, choice in enumerate(CHOICES)]

    def furnish(connection: Connection) -> None:
        seed.insert(connection, merchants, products, people)
        seed.insert_choices(connection, choices)
        seed.insert_coupons(connection, [COUPON])
        delivery_terms.insert(connection, MERCHANT, DELIVERY[MARKET])

    in_transaction(engine, furnish)
    signer = TokenSigner(keys_dir / SIGNING_FILE, TOKEN_SECONDS)
    tokens = [signer.sign(account, "customer", None) for account in accounts]
    plain = [body(number) for number in range(len(PRODUCTS))]
    return Shop(accounts, tokens, plain, [full_body(number) for number in range(len(PRODUCTS))])


def body(number: int, payment_token: str = "tok_ok") -> bytes:  # noqa: S107  # the provider's word for "charge it"
    """The number-th order."""
    return orjson.dumps(_order(number, payment_token))


def full_body(number: int) -> bytes:
    """The number-th order with a choice of its first item, an address, whose distance decides about the fee, a coupon
    and a tip."""
    order = _order(number, "tok_ok")
    order["items"][0]["choices"] = [str(CHOICES[number % len(PRODUCTS)])]
    return orjson.dumps({**order, "handover": dict(HANDOVER), "coupon": COUPON.code, "tip_cents": 300})


def _order(number: int, payment_token: str) -> dict[str, Any]:
    items = [PRODUCTS[number % len(PRODUCTS)], PRODUCTS[(number + APART) % len(PRODUCTS)]]
    return {
        "merchant_id": str(MERCHANT),
        "items": [{"product_id": str(product), "quantity": 1} for product in items],
        "payment_token": payment_token,
    }
