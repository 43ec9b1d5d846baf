"""The demo catalogue and accounts. The ids are fixed, so that the examples in documents work unchanged."""

from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.handover import Location
from pedidos.domain.options import NewChoice, NewGroup
from pedidos.domain.schedule import Interval
from pedidos.security.passwords import hash_password
from pedidos.setup import demo_accounts, demo_pictures
from pedidos.setup.demo_accounts import DemoAccount
from pedidos.storage import seed
from pedidos.storage.accounts import accounts
from pedidos.storage.catalogue import delivery_terms, options, pictures
from pedidos.storage.catalogue.delivery_terms import Band, DeliveryTerms
from pedidos.storage.engine import in_transaction
from pedidos.storage.seed import SeedAccount, SeedMerchant, SeedProduct


def demo_id(number: int) -> UUID:
    """The number-th fixed id; it has the form of a UUIDv7."""
    return UUID(f"01900000-0000-7000-8000-{number:012d}")


ALWAYS = [Interval(weekday, 0, 1440) for weekday in range(1, 8)]
PLENTY = 1_000_000

PIZZERIA, MARKET, BAKERY = map(demo_id, (demo_accounts.PIZZERIA, demo_accounts.MARKET, demo_accounts.BAKERY))

MERCHANTS = [
    SeedMerchant(PIZZERIA, "Pizzaria Vesúvio", ALWAYS),
    SeedMerchant(MARKET, "Mercado do Bairro", ALWAYS),
    # Never open, to show a rejection.
    SeedMerchant(BAKERY, "Padaria da Lua", []),
]

PRODUCTS = [
    SeedProduct(demo_id(101), PIZZERIA, "Pizza margherita", 4990, PLENTY),
    SeedProduct(demo_id(102), PIZZERIA, "Pizza calabresa", 5490, PLENTY),
    SeedProduct(demo_id(103), PIZZERIA, "Guaraná 2 l", 1290, PLENTY),
    # Few units, so that they run out during a demo.
    SeedProduct(demo_id(104), PIZZERIA, "Pizza da casa (só hoje)", 6990, 10),
    SeedProduct(demo_id(105), PIZZERIA, "Pizza do mês passado", 5990, PLENTY, active=False),
    SeedProduct(demo_id(201), MARKET, "Arroz 5 kg", 2890, PLENTY),
    SeedProduct(demo_id(202), MARKET, "Feijão 1 kg", 899, PLENTY),
    SeedProduct(demo_id(203), MARKET, "Café 500 g", 2190, PLENTY),
    SeedProduct(demo_id(301), BAKERY, "Pão de queijo", 450, PLENTY),
]


DELIVERY = {
    PIZZERIA: DeliveryTerms(flat_cents=700, bands=(), free_from_cents=10_000, location=None),
    MARKET: DeliveryTerms(
        flat_cents=None,
        bands=(Band(2000, 500), Band(5000, 900), Band(10_000, 1500)),
        free_from_cents=15_000,
        location=Location(-23.5505, -46.6333),
    ),
}
"""The bakery does not deliver."""

OPTIONS = {
    demo_id(102): [
        NewGroup("Borda", 0, 1, [NewChoice("Catupiry", 800), NewChoice("Cheddar", 800)]),
        NewGroup("Adicionais", 0, 3, [NewChoice("Azeitona", 200), NewChoice("Bacon", 650), NewChoice("Sem cebola", 0)]),
    ]
}
"""None of them is needed, so that an order of the documents may leave them out."""


def load(engine: Engine, passwords: dict[str, str]) -> None:
    """Loads what is missing; existing data stays unchanged."""

    def work(connection: Connection) -> None:
        if seed.present(connection, [demo_id(account.number) for account in demo_accounts.ACCOUNTS]):
            return
        people = [_seed(account, passwords[account.email]) for account in demo_accounts.ACCOUNTS]
        seed.insert(connection, MERCHANTS, PRODUCTS, people)
        for merchant_id, terms in DELIVERY.items():
            delivery_terms.insert(connection, merchant_id, terms)
        for product_id, groups in OPTIONS.items():
            options.replace(connection, product_id, groups)
        merchants = {product.id: product.merchant_id for product in PRODUCTS}
        for number, picture in demo_pictures.pictures().items():
            pictures.insert(connection, merchants[demo_id(number)], demo_id(number), picture)

    in_transaction(engine, work)


def open_accounts(engine: Engine) -> list[str]:
    """The e-mail addresses of the demo accounts that can sign in."""
    found = (accounts.by_email(engine, email) for email in demo_accounts.EMAILS)
    return [account.email for account in found if account is not None and account.active]


def _seed(account: DemoAccount, password: str) -> SeedAccount:
    merchant = None if account.merchant is None else demo_id(account.merchant)
    return SeedAccount(
        demo_id(account.number), account.email, account.name, account.role, merchant, hash_password(password)
    )
