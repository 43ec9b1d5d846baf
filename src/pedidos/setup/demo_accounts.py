"""The demo accounts, as plain values: what names them need not load the database driver."""

from typing import NamedTuple


class DemoAccount(NamedTuple):
    """number: of its fixed id. merchant: the number of the merchant whom it belongs to."""

    number: int
    email: str
    name: str
    role: str
    merchant: int | None = None


PIZZERIA, MARKET, BAKERY = 1, 2, 3

ACCOUNTS = (
    *(
        DemoAccount(1000 + n, f"customer{n if n > 1 else ''}@pedidos.example", f"Cliente {n}", "customer")
        for n in range(1, 6)
    ),
    DemoAccount(1101, "merchant@pedidos.example", "Pizzaria Vesúvio", "merchant", PIZZERIA),
    DemoAccount(1102, "merchant2@pedidos.example", "Mercado do Bairro", "merchant", MARKET),
    DemoAccount(1151, "courier@pedidos.example", "Caio", "courier", PIZZERIA),
    DemoAccount(1201, "operator@pedidos.example", "Operação", "operator"),
)

CUSTOMER = "customer@pedidos.example"
"""The one in the examples of the documents."""

EMAILS = tuple(account.email for account in ACCOUNTS)


def owner_of(merchant: int) -> DemoAccount:
    """The owner of a merchant that has one."""
    (owner,) = (each for each in ACCOUNTS if each.merchant == merchant and each.role == "merchant")
    return owner
