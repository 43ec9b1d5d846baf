"""reconcile: settles the differences after PostgreSQL was restored to an earlier time."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from pedidos.cli import acting
from pedidos.cli.language import phrase, told
from pedidos.cli.options import MOMENTS, moment
from pedidos.domain.reconciling import Case
from pedidos.sentence import Sentence

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from pedidos.domain.audit import Who
    from pedidos.reconciling.money import Difference
    from pedidos.settings.processes import ReconcileSettings

_CASES = {
    Case.NO_ORDER: Sentence("it belongs to no order: the money goes back"),
    Case.ENDED: Sentence("its order has ended unpaid: the money goes back"),
    Case.UNDER_WAY: Sentence("its order is under way, and will ask for it: look again later"),
    Case.RETURNED: Sentence("the gateway has given the money back, its order counts as paid: the order is cancelled"),
}

SHOWN = 20
"""Charges of each case that are listed; the others are counted."""


def register(app: typer.Typer) -> None:
    """Adds the command of this module."""
    app.command()(reconcile)


def reconcile(
    settle: Annotated[bool, typer.Option("--settle", help="Settle what differs. Else nothing is changed.")] = False,
    since: Annotated[
        datetime | None,
        typer.Option(
            parser=moment,
            metavar="TIME",
            help=f"Compare charges since then: {MOMENTS}. Default: an hour before the last event that was published "
            "before the restore.",
        ),
    ] = None,
) -> None:
    """Compare PostgreSQL with Kafka and the gateway after a backup was restored. Exit status 1 while they differ."""
    from pedidos.reconciling import log, money
    from pedidos.storage.payments import reconciling

    with _engine() as (settings, engine):
        reason = log.disagreement(settings, engine)
        begin = since or reconciling.since(engine, settled=reason is None)
        typer.echo(f"Kafka: {told(reason) if reason else phrase('all of its events are from this log.')}")
        found = money.differences(engine, settings, begin)
        _tell(found, f"{begin:%Y-%m-%d %H:%M}")
        if not settle:
            if reason or found:
                typer.echo(phrase("Nothing was changed. Run `pedidos reconcile --settle` to settle this."))
                raise typer.Exit(1)
            return
        who = acting.who()
        left = _settle(settings, engine, found, who)
        after = log.go_on(settings, engine, begin, who)
        if after is not None:
            typer.echo(
                phrase(
                    "A new log continues after running number {after:,}. The relay publishes again within seconds.",
                    after=after,
                )
            )
        if left:
            typer.echo(
                phrase("{left} charges could not be settled yet. Run this again in some minutes.", left=left), err=True
            )
            raise typer.Exit(1)


def _tell(found: Sequence["Difference"], since: str) -> None:
    kinds = Counter(one.case for one in found)
    typer.echo(phrase("Gateway, charges since {since}: {count} to settle.", since=since, count=len(found)))
    for case, count in kinds.items():
        some = [one.charge for one in found if one.case is case]
        total = sum(charge.amount_cents for charge in some) / 100
        typer.echo(phrase("  {count} of {total:,.2f}: {case}", count=count, total=total, case=_CASES[case]))
        for charge in some[:SHOWN]:
            typer.echo(f"    {charge.key}  {charge.amount_cents / 100:,.2f}  {charge.status}")
        if count > SHOWN:
            typer.echo(phrase("    and {count} more", count=count - SHOWN))


def _settle(settings: "ReconcileSettings", engine: "Engine", found: Sequence["Difference"], who: "Who") -> int:
    """Settles the charges and prints the results. Returns how many are left."""
    from pedidos.reconciling import money
    from pedidos.wiring.steps import make_gateway

    gateway = make_gateway(settings)
    done: Counter[str] = Counter()
    left = 0
    try:
        for settled in money.settle(engine, gateway, found, who):
            if settled.done:
                done[settled.words] += 1
            else:
                left += 1
                typer.echo(f"  {settled.difference.charge.key}: {told(settled.words)}")
    finally:
        gateway.close()
    for words, count in done.items():
        typer.echo(f"{count} {told(words)}")
    return left


@contextmanager
def _engine() -> "Iterator[tuple[ReconcileSettings, Engine]]":
    """The settings and the database. An unavailable gateway is reported in one line, with exit status 1."""
    from pedidos.payments.listing import NoList
    from pedidos.settings.processes import ReconcileSettings
    from pedidos.storage.engine import make_engine

    settings = ReconcileSettings.load()
    engine = make_engine(settings.as_session(), "reconcile")
    try:
        yield settings, engine
    except NoList as problem:
        typer.echo(phrase("Not possible now: {problem}.", problem=problem), err=True)
        raise typer.Exit(1) from None
    finally:
        engine.dispose()
