"""Runs the command line in another language: help texts, usage errors, and Typer's own words.

Typer writes most of its words in English only. They stand here, as sentences; `./pedidos texts` collects them, and the
help texts of all commands, so that none lacks a translation.
"""

import inspect
from collections.abc import Iterator

import typer
from typer import core
from typer._click.core import Command, Context
from typer._click.exceptions import (
    BadParameter,
    ClickException,
    MissingParameter,
    NoArgsIsHelpError,
    NoSuchOption,
    UsageError,
)
from typer._click.formatting import HelpFormatter

from pedidos.sentence import Recogniser, Sentence, Translate, said
from pedidos.texts import N_

HEADINGS = (N_("Arguments"), N_("Options"), N_("Commands"), N_("default: {default}"), N_("required"))
"""Words that typer.core looks up itself."""
METAVARS = (N_("[OPTIONS]"), N_("COMMAND [ARGS]..."))
"""What stands for options and commands in the line about usage."""
USAGE = N_("Usage: ")
HELP_OPTION = N_("Show this message and exit.")

_ERROR = Sentence("Error: {message}")
_HELP = Sentence("Try '{command} {option}' for help.")
_ABORTED = Sentence("Aborted!")
_MISSING = {
    "argument": Sentence("Missing argument {hint}. {more}"),
    "option": Sentence("Missing option {hint}. {more}"),
}
_INVALID = Sentence("Invalid value: {why}")
_INVALID_OF = Sentence("Invalid value for {hint}: {why}")
_POSSIBLE = Sentence("(Possible options: {names})")

recognised = Recogniser(
    Sentence("No such option: {name}"),
    Sentence("No such command {name}. Did you mean {names}?"),
    Sentence("No such command {name}."),
    Sentence("Missing command."),
    Sentence("Option {name} does not take a value."),
    Sentence("Option {name} requires an argument."),
    Sentence("Got unexpected extra argument(s) ({names})"),
    Sentence("Choose from:\n\t{names}"),
    Sentence("{value} is not one of {names}."),
    Sentence("{value} is not a valid {kind}."),
    Sentence("{value} is not in the range {range}."),
)
"""The sentences of Typer about arguments and options."""


def help_texts(command: Command) -> Iterator[str]:
    """The help texts of a command, of its parameters, and of the commands in it."""
    if command.help:
        yield inspect.cleandoc(command.help)
    for parameter in command.params:
        if text := getattr(parameter, "help", None):
            yield text
    for each in getattr(command, "commands", {}).values():
        yield from help_texts(each)


def run(app: typer.Typer, name: str, translate: Translate) -> int:
    """Runs a command of the application as Typer does. Returns the exit status."""
    command = typer.main.get_command(app)
    _translate(command, translate)
    setattr(core, "_", translate)  # noqa: B010  # a name that the module keeps to itself
    try:
        status = command.main(prog_name=name, standalone_mode=False)
    except ClickException as error:
        _show(error, translate)
        return error.exit_code
    except typer.Abort:
        typer.echo(_ABORTED.said(translate), err=True)
        return 1
    return status if isinstance(status, int) else 0


def _translate(command: Command, translate: Translate) -> None:
    command.context_class = _context(translate)
    for name in ("options_metavar", "subcommand_metavar"):
        if getattr(command, name, None) in METAVARS:
            setattr(command, name, translate(getattr(command, name)))
    if command.help:
        command.help = translate(inspect.cleandoc(command.help))
    for parameter in command.params:
        if getattr(parameter, "help", None):
            parameter.help = translate(parameter.help)  # type: ignore[attr-defined]  # of options and arguments
    for each in getattr(command, "commands", {}).values():
        _translate(each, translate)


def _context(translate: Translate) -> type[Context]:
    """The class of contexts whose help is in the language."""

    class Formatter(HelpFormatter):
        def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
            super().write_usage(prog, args, prefix or translate(USAGE))

        def write_dl(self, rows, *args, **kwargs) -> None:  # type: ignore[no-untyped-def]  # as in HelpFormatter
            told = [(name, translate(text) if text == HELP_OPTION else text) for name, text in rows]
            super().write_dl(told, *args, **kwargs)

    class Translated(Context):
        formatter_class = Formatter

    return Translated


def _show(error: ClickException, translate: Translate) -> None:
    """As UsageError.show does."""
    if isinstance(error, NoArgsIsHelpError):
        typer.echo(error.format_message(), err=True)
        return
    if isinstance(error, UsageError) and error.ctx is not None:
        typer.echo(error.ctx.get_usage(), err=True)
        help_ = _HELP.filled(command=error.ctx.command_path, option=error.ctx.help_option_names[0])
        typer.echo(f"{help_.said(translate)}\n", err=True)
    typer.echo(_ERROR.filled(message=_message(error, translate)).said(translate).rstrip(), err=True)


def _message(error: ClickException, translate: Translate) -> Sentence | str:
    if isinstance(error, MissingParameter) and error.param is not None:
        more = error.param.get_missing_message(ctx=error.ctx) or ""
        return _MISSING[error.param.param_type_name].filled(hint=_hint(error), more=_known(more))
    if isinstance(error, BadParameter):
        hint, why = _hint(error), _why(error)
        return _INVALID_OF.filled(hint=hint, why=why) if hint else _INVALID.filled(why=why)
    if isinstance(error, NoSuchOption) and error.possibilities:
        possible = _POSSIBLE.filled(names=", ".join(sorted(error.possibilities)))
        return f"{said(_known(error.message), translate)} {possible.said(translate)}"
    return _known(error.message)


def _hint(error: BadParameter) -> str:
    """The option or argument that the error is about."""
    hint = error.param_hint or (error.param.get_error_hint() if error.param else "")
    return hint if isinstance(hint, str) else " / ".join(map(repr, hint))


def _why(error: BadParameter) -> Sentence | str:
    """What is wrong with a value. Typer checks values with pydantic, which has types of errors."""
    from pydantic import ValidationError

    from pedidos.http.invalid_values import why

    if not isinstance(error.__cause__, ValidationError):
        return _known(error.message)
    details = error.__cause__.errors()[0]
    return _known(str(details["ctx"]["error"])) if details["type"] == "value_error" else why(details)


def _known(message: str) -> Sentence | str:
    return recognised(message) or message
