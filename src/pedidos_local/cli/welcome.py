"""What `up` shows when everything is ready: the first order's journey, the addresses, the accounts, a line to paste."""

import asyncio
import json
import shlex
import ssl

from rich.console import Console

from pedidos.cli.language import phrase, told
from pedidos.sentence import Sentence
from pedidos.settings.base import Invalid
from pedidos_local import credentials, ports
from pedidos_local.cli.journey import Basket, Journey, travel
from pedidos_local.client.api_client import Address, ApiClient, Json
from pedidos_local.layout import Layout
from pedidos_local.settings import ClientSettings

FIRST_CUSTOMER = "customer@pedidos.example"
PAYMENT_TOKEN = "tok_ok"  # noqa: S105  # a test token of the gateway simulator


def first_order(settings: ClientSettings) -> Journey:
    """Places an order through the public address and follows it to its end. Raises what journey.travel raises."""
    return asyncio.run(_first_order(settings))


async def _first_order(settings: ClientSettings) -> Journey:
    async with person(settings, FIRST_CUSTOMER) as customer:
        merchant, product = await something_to_order(customer)
        return await travel(customer, Basket(merchant["id"], {product["id"]: 1}, PAYMENT_TOKEN))


def address(settings: ClientSettings) -> Address:
    """The address of the edge. Raises Invalid if its certificate authority cannot be read."""
    try:
        ssl.create_default_context(cafile=settings.ca_file)
    except OSError as error:  # it is missing, unreadable, or contains no certificate
        raise Invalid(
            Sentence(
                "PEDIDOS_CA_FILE: {ca_file} is no file of certificates ({reason}).",
                ca_file=settings.ca_file,
                reason=error,
            )
        ) from error
    return Address(str(settings.public_url), settings.ca_file, settings.trace_key)


def person(settings: ClientSettings, email: str) -> ApiClient:
    """A client for a demo account of this platform. Raises LookupError if there is none with that name."""
    accounts = credentials.read(Layout.of(settings).secrets_file).accounts
    if email not in accounts:
        raise LookupError(
            Sentence(
                "There is no demo account {email}. There are: {accounts}.", email=email, accounts=", ".join(accounts)
            )
        )
    return ApiClient(address(settings), email, accounts[email])


async def something_to_order(someone: ApiClient) -> tuple[Json, Json]:
    """A merchant with opening hours, and a product in stock. Raises LookupError if there is none."""
    for merchant in await someone.merchants():
        for product in await someone.products(merchant["id"]) if merchant["hours"] else []:
            if product["on_hand"] > 0:
                return merchant, product
    raise LookupError(Sentence("No merchant has anything to sell: `pedidos setup data` loads the demo catalogue."))


def print_journey(console: Console, journey: Journey) -> None:
    for what, milliseconds in journey.hops():
        console.print(f"  {told(what):<30}{milliseconds:7.0f} ms")


def print_addresses(console: Console, settings: ClientSettings) -> None:
    """Prints where the API and its documents are."""
    url = str(settings.public_url)
    console.print(phrase("\n[bold]API[/]                {url}/v1", url=url))
    console.print(phrase("[bold]API documentation[/]  {url}/docs", url=url))
    if settings.prometheus:
        console.print(
            phrase(
                "[bold]Prometheus[/]         http://{loopback}:{port_base}",
                loopback=ports.LOOPBACK,
                port_base=settings.port_base + ports.PROMETHEUS,
            )
        )


def print_accounts(console: Console, settings: ClientSettings) -> None:
    """Prints the demo accounts with their passwords."""
    console.print(phrase("\n[bold]Demo accounts[/]"))
    for email, password in credentials.read(Layout.of(settings).secrets_file).accounts.items():
        console.print(f"  {email:<28}{password}")


def print_example(console: Console, settings: ClientSettings, journey: Journey) -> None:
    """Prints a curl command that places an order."""
    console.print(phrase("\n[bold]Place an order yourself[/] (paste it as it is)"))
    print(curl_line(settings, journey))  # noqa: T201  # as it is: not wrapped, not coloured


def print_pages(console: Console, settings: ClientSettings) -> None:
    """Prints the address of the pages. It comes last, where the eye is."""
    if settings.ca_file is not None:
        console.print(phrase("\nBrowsers warn about the certificate of this address until you run ./pedidos trust."))
    console.print(phrase("\n[bold]Open in a browser[/]  {url}", url=settings.public_url))


def curl_line(settings: ClientSettings, journey: Journey) -> str:
    """A command that signs in and places an order like the journey's. It needs curl and sed, which every system has."""
    url = str(settings.public_url)
    password = credentials.read(Layout.of(settings).secrets_file).accounts[FIRST_CUSTOMER]
    curl = "curl -sS" if settings.ca_file is None else f"curl -sS --cacert {shlex.quote(str(settings.ca_file))}"
    basket = journey.basket
    items = [{"product_id": product, "quantity": quantity} for product, quantity in basket.items.items()]
    order = json.dumps({"merchant_id": basket.merchant_id, "items": items, "payment_token": basket.payment_token})
    sign_in = json.dumps({"email": FIRST_CUSTOMER, "password": password})
    as_json = "-H 'Content-Type: application/json'"
    extract = """sed 's/.*"access_token": *"\\([^"]*\\)".*/\\1/'"""
    token = f"$({curl} {url}/v1/auth/token {as_json} -d '{sign_in}' | {extract})"
    return (
        f'{curl} -i {url}/v1/orders {as_json} -H "Idempotency-Key: $(date +%s)-$$"'
        f" -H \"Authorization: Bearer {token}\" -d '{order}'"
    )
