"""The command line of the product: `pedidos COMMAND`. Heavy imports are inside the commands, so that --help is fast."""

import sys
from collections.abc import Iterable
from types import ModuleType

import typer

from pedidos.cli import (
    accounts,
    audit,
    configuration,
    data,
    dead_letters,
    failures,
    keys,
    language,
    mail,
    reconcile,
    serving,
    trace,
    version,
    webhooks,
)
from pedidos.cli.ending import ended_tidily
from pedidos.cli.failures import Explanation
from pedidos.cli.terminal import make_printable
from pedidos.settings.os_environment import COMMAND_LINE, keep_only
from pedidos.texts import ENGLISH

FAMILIES = (
    *(serving, data, configuration, accounts, mail, webhooks, keys),
    *(audit, dead_letters, reconcile, trace, version),
)
"""Modules whose `register` adds commands to the application."""


def make_app(families: Iterable[ModuleType]) -> typer.Typer:
    """An application with the commands of these modules."""
    app = typer.Typer(
        name="pedidos",
        help="Processes orders asynchronously, with PostgreSQL, Apache Kafka and Celery.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_show_locals=False,
        rich_markup_mode=None,
    )
    for family in families:
        family.register(app)
    return app


def run(app: typer.Typer, explanations: Iterable[Explanation] = ()) -> None:
    """Run the application. If the user can correct a failure, print an explanation instead of a traceback.

    explanations: for errors that the product does not know; they are tried first.
    """
    keep_only(COMMAND_LINE)
    make_printable()
    try:
        with ended_tidily():
            _run(app, "pedidos")
    except Exception as error:
        failure = failures.explain(error, explanations)
        if failure is None:
            raise
        typer.echo(failure.text, err=True)
        sys.exit(failure.status)


def _run(app: typer.Typer, name: str) -> None:
    if language.locale() == ENGLISH:
        app(prog_name=name)
    else:
        from pedidos.cli import translated

        sys.exit(translated.run(app, name, language.translator()))


def main() -> None:
    """Run the product's command line."""
    run(make_app(FAMILIES))
