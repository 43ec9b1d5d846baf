"""up, down, reset, doctor: the platform as a whole."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from pedidos.cli.language import phrase, told

if TYPE_CHECKING:
    from pedidos_local.cli.steps import Steps
    from pedidos_local.cli.supervised import Supervised
    from pedidos_local.layout import Layout


class Extra(StrEnum):
    """What `up` can run in addition."""

    PROMETHEUS = "prometheus"


def register(app: typer.Typer) -> None:
    """Adds the commands of this module."""
    app.command()(up)
    app.command()(down)
    app.command()(reset)
    app.command()(doctor)


def up(
    detach: Annotated[
        bool, typer.Option("--detach", "-d", help="Return when all is ready and the first order is confirmed.")
    ] = False,
    first_order: Annotated[
        bool,
        typer.Option(
            "--first-order/--no-first-order", help="Place an order when all is ready, if all servers are local."
        ),
    ] = True,
    also: Annotated[
        list[Extra] | None, typer.Option("--with", help="Also run this, which must be on the PATH.")
    ] = None,
) -> None:
    """Start the platform: servers, processes, demo data, a first order. Ctrl-C stops all in order.

    With servers of your own, no order is placed, and with a PostgreSQL of your own there is no demo data unless
    PEDIDOS_DEMO is true.
    """
    from pedidos.settings.groups.serving import ExposureSettings
    from pedidos.setup.exposure import refuse_new_demo
    from pedidos_local.cli.supervised import NotStarted, Supervised
    from pedidos_local.cli.watching import print_status
    from pedidos_local.environment import demo_wanted
    from pedidos_local.layout import Layout
    from pedidos_local.settings import LocalSettings

    running = _supervised()
    if running.status():
        typer.echo(phrase("The platform in {state_dir} is running already.\n", state_dir=running.layout.state_dir))
        print_status(running)
        return
    if also:
        _watched()
    given = LocalSettings.make()  # not from platform.env, which is from an earlier run
    refuse_new_demo(ExposureSettings.make(demo=demo_wanted()))
    _examine()
    supervised = Supervised(Layout.of(given))
    try:
        supervised.start()
    except NotStarted as failure:
        typer.echo(told(failure), err=True)
        raise typer.Exit(1) from None
    try:
        import pedidos_local.cli.welcome  # noqa: F401  # takes a moment, which is spent now while the servers start

        _attend(supervised, detach=detach, first_order=first_order)
    except KeyboardInterrupt:
        typer.echo(phrase("\nStopping …"))
        _stop(supervised)


def down() -> None:
    """Stop everything, in order. Works after a crash of the supervisor too."""
    from pedidos.setup.secrets_file import DamagedSecrets

    supervised = _supervised()
    try:
        answers = supervised.status() is not None
    except DamagedSecrets:
        answers = False  # it cannot be asked without its token
    if not answers:
        _down_without_supervisor(supervised)
        return
    _stop(supervised)


def reset(yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Remove all data, logs, keys and passwords of the local platform."""
    import shutil

    from pedidos_local import postgres
    from pedidos_local.settings import LocalSettings

    layout = _supervised().layout
    if not layout.state_dir.exists():
        typer.echo(phrase("There is nothing in {state_dir}.", state_dir=layout.state_dir))
        return
    if not yes:
        with _at_rest(layout):
            pass  # refuse before asking for a confirmation
        typer.confirm(
            phrase("Remove all orders, logs, keys and passwords in {state_dir}?", state_dir=layout.state_dir),
            abort=True,
        )
    with _at_rest(layout):
        postgres.destroy(LocalSettings(state_dir=layout.state_dir))
        shutil.rmtree(layout.state_dir)
    typer.echo(phrase("Removed {state_dir}.", state_dir=layout.state_dir))


def doctor() -> None:
    """Check whether the platform can run on this machine, and say what to do where it cannot."""
    from rich.console import Console
    from rich.markup import escape

    from pedidos_local.doctor import Verdict, examine
    from pedidos_local.settings import LocalSettings

    console = Console(highlight=False, soft_wrap=True)
    marks = {Verdict.OK: "[green]✓[/]", Verdict.WARNING: "[yellow]![/]", Verdict.PROBLEM: "[red]✗[/]"}
    findings = examine(LocalSettings.load())
    for finding in findings:
        console.print(f"  {marks[finding.verdict]} {escape(str(finding))}")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


def _watched() -> None:
    """The supervisor also runs Prometheus. Ends the command if there is none."""
    import os

    from pedidos.settings.base import variable
    from pedidos_local.monitoring.server import NotFound, found

    try:
        found()
    except NotFound as missing:
        typer.echo(told(missing), err=True)
        raise typer.Exit(1) from None
    os.environ[variable("prometheus")] = "true"


def _supervised() -> "Supervised":
    from pedidos.settings.env_file import Damaged
    from pedidos_local.cli.supervised import Supervised
    from pedidos_local.layout import Layout
    from pedidos_local.settings import LocalSettings

    try:
        settings = LocalSettings.load()
    except Damaged:
        settings = LocalSettings.make()  # commands that start, stop and remove a platform must still work
    return Supervised(Layout.of(settings))


def _examine() -> None:
    """Reports problems of external servers before anything is started. Raises findings.Unfit."""
    from pedidos_local.environment import external

    foreign = external() - {"edge"}
    if foreign:
        from pedidos.server_checks.examination import require  # slow to import: only where it is needed

        for line in require(foreign, patient=True):
            typer.echo(f"  ! {told(line)}")


def _stop(supervised: "Supervised") -> None:
    """Asks the supervisor to stop, shows the progress, and returns when it has ended. It may already be stopping, or
    gone."""
    from pedidos_local.cli.steps import Steps
    from pedidos_local.cli.supervised import WORK_SECONDS
    from pedidos_local.control import Unreachable

    with suppress(Unreachable):  # its last message may be lost: the end of the process is what counts
        for _ in Steps().show(supervised.ask({"do": "stop"}, WORK_SECONDS)):
            pass
    supervised.wait_until_gone()


@contextmanager
def _at_rest(layout: "Layout") -> Iterator[None]:
    """Ensures that inside the context nothing of the platform runs and no supervisor can start. Otherwise prints the
    reason and raises typer.Exit."""
    from pedidos_local.daemon import AlreadyRunning, lock
    from pedidos_local.records import read

    layout.make()
    try:
        held = lock(layout)
    except AlreadyRunning:
        _refuse_while_it_runs()
    with held:
        if any(record.alive() for record in read(layout.run)):
            _refuse_while_it_runs()
        yield


def _refuse_while_it_runs() -> NoReturn:
    typer.echo(phrase("The platform is running: `pedidos down` first."), err=True)
    raise typer.Exit(1)


def _down_without_supervisor(supervised: "Supervised") -> None:
    from pedidos_local.daemon import AlreadyRunning

    ended = False
    try:
        for name in supervised.end_without_supervisor():
            typer.echo(phrase("  ended {name}, which no supervisor watched any more", name=name))
            ended = True
    except AlreadyRunning as failure:
        typer.echo(told(failure), err=True)
        raise typer.Exit(1) from None
    typer.echo(phrase("Nothing is left running.") if ended else phrase("Nothing was running."))


def _attend(supervised: "Supervised", *, detach: bool, first_order: bool) -> None:
    """Shows the start, then the first order; stays and shows what happens, unless detached."""
    from pedidos_local.cli.steps import Steps
    from pedidos_local.cli.supervised import FIRST_START_SECONDS
    from pedidos_local.control import Unreachable

    owner = "until ready" if detach else "always"
    steps = Steps()
    happenings = supervised.ask({"do": "follow", "owner": owner}, FIRST_START_SECONDS if detach else None)
    failed = False
    try:
        for happening in steps.show(happenings):
            failed = failed or happening.get("what") == "failed"
            if happening.get("what") == "up":
                went_well = _welcome(steps, first_order=first_order)
                if detach:
                    raise typer.Exit(0 if went_well else 1)
                steps.console.print(phrase("\n[dim]Ctrl-C stops everything.[/]"))
    except Unreachable as lost:
        typer.echo(
            phrase(
                "The supervisor is gone ({lost}). `pedidos up` starts it again, `pedidos down` ends the rest.",
                lost=lost,
            ),
            err=True,
        )
    raise typer.Exit(1)  # it ended unexpectedly


def _welcome(steps: "Steps", *, first_order: bool) -> bool:
    """Shows the first order, and the addresses. Whether the order was confirmed, if one was placed: that is for a local
    demo alone."""

    from pedidos_local.cli import welcome
    from pedidos_local.cli.journey import Stuck
    from pedidos_local.client.api_client import Refused, Unreachable
    from pedidos_local.client.stream import StreamLost
    from pedidos_local.environment import demo_wanted, external
    from pedidos_local.settings import ClientSettings

    settings = ClientSettings.load()
    foreign = sorted(external())
    wanted = first_order and demo_wanted() and not foreign
    if not wanted:
        if not demo_wanted():
            steps.console.print(phrase("\nThere is no demo data. `pedidos accounts create` makes accounts."))
        elif foreign:
            said = phrase(
                "\nNo order is placed, because these servers are your own: {servers}.", servers=", ".join(foreign)
            )
            steps.console.print(said)
        welcome.print_addresses(steps.console, settings)
        if demo_wanted():
            welcome.print_accounts(steps.console, settings)
        welcome.print_pages(steps.console, settings)
        return True
    steps.console.print(phrase("\n[bold]A first order[/]"))
    try:
        journey = welcome.first_order(settings)
    except (Stuck, Refused, Unreachable, StreamLost, LookupError) as failure:
        if isinstance(failure, Stuck):
            welcome.print_journey(steps.console, failure.journey)
        steps.console.print(phrase("  [red]✗ {reason}[/]\n  See `pedidos status` and `pedidos logs`.", reason=failure))
        return False
    welcome.print_journey(steps.console, journey)
    welcome.print_addresses(steps.console, settings)
    welcome.print_accounts(steps.console, settings)
    welcome.print_example(steps.console, settings, journey)
    welcome.print_pages(steps.console, settings)
    return journey.status == "confirmed"
