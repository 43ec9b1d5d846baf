"""order: places one order and follows it."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from pedidos.cli.language import phrase, told

if TYPE_CHECKING:
    from datetime import datetime

    from pedidos_local.cli.journey import Basket, Journey
    from pedidos_local.client.api_client import ApiClient

_EXAMPLE = "01900000-0000-7000-8000-000000000101=2"


def register(app: typer.Typer) -> None:
    """Adds the commands of this module."""
    app.command()(order)


def order(
    token: Annotated[
        str, typer.Option("--token", help="Payment token: tok_ok, tok_declined, tok_slow, tok_timeout_after_charge …")
    ] = "tok_ok",  # noqa: S107  # a test token of the gateway simulator
    items: Annotated[
        list[str] | None,
        typer.Option("--items", metavar="PRODUCT_ID=N", help="What to order, repeatable; something when left out."),
    ] = None,
    deliver: Annotated[
        bool, typer.Option("--deliver", help="Have it delivered to an address of the demo, for the merchant's fee.")
    ] = False,
    tip: Annotated[int, typer.Option("--tip", min=0, max=100_000, metavar="CENTS", help="A tip, in cents.")] = 0,
    wanted_for: Annotated[
        str | None,
        typer.Option(
            "--for", metavar="TIME", help="Have it later, such as at 2030-05-02T12:00-03:00: it waits for that."
        ),
    ] = None,
    customer: Annotated[
        str, typer.Option("--as", help="E-mail address of the demo customer.")
    ] = "customer@pedidos.example",
    patience: Annotated[float, typer.Option(min=1, help="Seconds to wait for its end.")] = 120.0,
) -> None:
    """Place one order through the public address and follow it. Exit status 1 unless it is confirmed or scheduled."""
    import asyncio

    from pedidos.domain.order import Status
    from pedidos_local.cli.journey import Stuck
    from pedidos_local.client.api_client import Refused
    from pedidos_local.client.stream import StreamLost

    try:
        more = _more(deliver=deliver, tip=tip, wanted_for=wanted_for)
        journey = asyncio.run(_order(customer, _quantities(items or []), token, patience, more))
    except (Stuck, Refused, StreamLost, LookupError) as failure:
        typer.echo(told(failure), err=True)
        raise typer.Exit(1) from None
    if journey.status not in (Status.CONFIRMED, Status.SCHEDULED):
        raise typer.Exit(1)


async def _order(
    customer: str, quantities: dict[str, int], token: str, patience: float, more: dict[str, object]
) -> "Journey":
    from pedidos_local.cli.journey import travel
    from pedidos_local.cli.welcome import person
    from pedidos_local.settings import ClientSettings

    async with person(ClientSettings.load(), customer) as someone:
        basket = replace(await _basket(someone, quantities, token), more=more)
        return await travel(someone, basket, Narrator().tell, patience)


async def _basket(someone: "ApiClient", quantities: dict[str, int], token: str) -> "Basket":
    """A basket for the merchant of the first product. The platform rejects products of other merchants."""
    from pedidos_local.cli.journey import Basket
    from pedidos_local.cli.welcome import something_to_order

    if not quantities:
        merchant, product = await something_to_order(someone)
        return Basket(merchant["id"], {product["id"]: 1}, token)
    first = await someone.product(next(iter(quantities)))
    return Basket(first["merchant_id"], quantities, token)


class Narrator:
    """Prints each hop of a journey as soon as it is known.

    The API's answer says when the order was committed, so that line is printed with the answer, and in the order of
    time; the event of the same commit, which comes later, is left out.
    """

    def __init__(self) -> None:
        self._told = 0

    def tell(self, journey: "Journey") -> None:
        if not journey.events:
            self._line(journey, journey.committed_at, journey.status, "")
            order_ = phrase("order {id}", id=journey.answer["id"])
            self._line(journey, journey.answered_at, "accepted", order_)
            return
        for event in journey.events[self._told :]:
            if event.data["status"] != "received":
                self._line(journey, event.moment("occurred_at"), event.data["status"], "; ".join(event.reasons))
        self._told = len(journey.events)

    def _line(self, journey: "Journey", at: float | None, what: str, more: str) -> None:
        after = ((at or journey.sent_at) - journey.sent_at) * 1000
        typer.echo(f"{after:8.0f} ms  {what:<12}{more}".rstrip())


def _more(*, deliver: bool, tip: int, wanted_for: str | None) -> dict[str, object]:
    """What the order has besides its products."""
    from pedidos.setup.demo_handover import DELIVERY

    more: dict[str, object] = {"handover": dict(DELIVERY)} if deliver else {}
    if tip:
        more["tip_cents"] = tip
    if wanted_for:
        more["scheduled_for"] = _instant(wanted_for).isoformat(timespec="seconds")
    return more


def _instant(text: str) -> "datetime":
    from pedidos.cli.options import instant

    try:
        return instant(text)
    except ValueError:
        raise typer.BadParameter(
            phrase("{text} is not a time. Give one such as 2030-05-02T12:00-03:00.", text=text), param_hint="--for"
        ) from None


def _quantities(items: list[str]) -> dict[str, int]:
    quantities = {}
    for item in items:
        product, _, number = item.partition("=")
        try:
            quantities[str(UUID(product))] = int(number)
        except ValueError:
            raise typer.BadParameter(
                phrase("{item} is not of the form PRODUCT_ID=N, such as {example}.", item=item, example=_EXAMPLE),
                param_hint="--items",
            ) from None
    return quantities
