"""dead-letters: list, show, replay and discard dead letters."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Literal, cast
from uuid import UUID

import typer

from pedidos.cli import acting, options
from pedidos.cli.language import phrase, told
from pedidos.domain.audit import Action
from pedidos.messaging.groups import GROUPS
from pedidos.sentence import Sentence

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from pedidos.dead_letters.service import DeadLetterService, Outcome
    from pedidos.domain.audit import Who
    from pedidos.settings.processes import DeadLettersSettings
    from pedidos.storage.dead_letters.letters import DeadLetter, Filter

MOST = 10_000
"""Maximum number of dead letters that one command handles."""


SOURCES = ("relay", *GROUPS, "worker", "watchdog", "mail", "webhook", "provider")


class State(StrEnum):
    OPEN = "open"
    REPLAYED = "replayed"
    DISCARDED = "discarded"
    ANY = "any"


def register(app: typer.Typer) -> None:
    """Adds the commands of this module."""
    app.add_typer(letters, name="dead-letters")


letters = typer.Typer(
    no_args_is_help=True, help="List, show, replay or discard records and orders that could not be processed."
)


def _known(source: str | None) -> str | None:
    if source not in (None, *SOURCES):
        raise typer.BadParameter(
            phrase("{source} is not a source. Use one of {sources}.", source=source, sources=", ".join(SOURCES))
        )
    return source


FromSource = Annotated[
    str | None,
    typer.Option(metavar="|".join(SOURCES), callback=_known, help="Only dead letters that this process wrote."),
]
WithReason = Annotated[str | None, typer.Option("--contains", help="Only dead letters with this text in their reason.")]
Since = Annotated[
    datetime | None,
    typer.Option(
        parser=options.moment,
        metavar="TIME",
        help=f"Only dead letters written since then: {options.MOMENTS}.",
        show_default=False,
    ),
]
Ids = Annotated[list[UUID] | None, typer.Argument(help="Ids of dead letters.", show_default=False)]
All = Annotated[bool, typer.Option("--all", help="Instead of ids: all open dead letters that match the filters.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Change nothing; print what would be done.")]


@letters.command(name="list")
def list_letters(
    source: FromSource = None,
    state: Annotated[State, typer.Option("--status", help="Only dead letters in this state.")] = State.OPEN,
    contains: WithReason = None,
    since: Since = None,
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="Show at most this number of dead letters.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one JSON array.")] = False,
) -> None:
    """List dead letters, newest first."""
    import json

    from pedidos.cli.letter_view import line, summary
    from pedidos.storage.dead_letters.letters import find

    wanted = _filter(source, state, contains, since)
    with _engine() as (_, engine):
        found = find(engine, wanted, limit)
        acting.note(engine, Action.DEAD_LETTER_LISTED)
    if as_json:
        typer.echo(json.dumps([summary(letter) for letter in found], ensure_ascii=False, indent=2))
        return
    for letter in found:
        typer.echo(line(letter))
    if not found:
        typer.echo(phrase("There are none."))


@letters.command()
def show(letter_id: Annotated[UUID, typer.Argument(help="Id of a dead letter.")]) -> None:
    """Show one dead letter: its record, the timeline of its order, and what was done about it."""
    from pedidos.cli.letter_view import whole
    from pedidos.storage.dead_letters.letters import actions, get
    from pedidos.storage.orders.reading import read

    with _engine() as (_, engine):
        letter: DeadLetter | None = get(engine, letter_id)
        if letter is None:
            typer.echo(
                phrase(
                    "There is no dead letter {letter_id}. List them: pedidos dead-letters list", letter_id=letter_id
                ),
                err=True,
            )
            raise typer.Exit(1)
        order = read(engine, letter.order_id) if letter.order_id else None
        acting.note(engine, Action.DEAD_LETTER_READ, str(letter_id))
        for words in whole(letter, order.timeline if order else [], actions(engine, letter_id)):
            typer.echo(words)


@letters.command()
def replay(
    ids: Ids = None,
    everything: All = False,
    source: FromSource = None,
    contains: WithReason = None,
    since: Since = None,
    dry_run: DryRun = False,
) -> None:
    """Try again what failed. Exit status 1 unless that was possible for each dead letter."""
    wanted = _filter(source, State.OPEN, contains, since)
    with _engine() as (settings, engine), _service(settings, engine, acting.who()) as service:
        chosen = _chosen(engine, ids or [], everything, wanted)
        well = _each(
            chosen,
            service.preview if dry_run else service.replay,
            _WOULD_BE_REPLAYED if dry_run else _REPLAYED,
        )
        _send_hints(service, settings.bridge_batch)
    if not well:
        raise typer.Exit(1)


@letters.command()
def discard(
    reason: Annotated[str, typer.Option(help="Why you give them up, for the audit trail.")],
    ids: Ids = None,
    everything: All = False,
    source: FromSource = None,
    contains: WithReason = None,
    since: Since = None,
    dry_run: DryRun = False,
) -> None:
    """Give dead letters up. Exit status 1 unless that was possible for each of them."""
    from pedidos.dead_letters.service import Outcome

    if not reason.strip():
        raise typer.BadParameter(phrase("Say why."), param_hint="--reason")
    wanted = _filter(source, State.OPEN, contains, since)
    with _engine() as (settings, engine), _service(settings, engine, acting.who()) as service:
        chosen = _chosen(engine, ids or [], everything, wanted)
        act = (lambda one: Outcome(one, True, reason)) if dry_run else (lambda one: service.discard(one, reason))
        well = _each(chosen, act, _WOULD_BE_DISCARDED if dry_run else _DISCARDED)
    if not well:
        raise typer.Exit(1)


@letters.command(name="jobs")
def list_jobs(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Show at most this number of jobs.")] = 20,
) -> None:
    """List what operators asked of many letters on their page, newest first."""
    from pedidos.cli.letter_view import job_line
    from pedidos.storage.dead_letters import jobs

    with _engine() as (_, engine):
        found = jobs.newest(engine, limit)
        acting.note(engine, Action.DEAD_LETTER_LISTED)
    for job in found:
        typer.echo(job_line(job))
    if not found:
        typer.echo(phrase("There are none."))


@letters.command()
def stop(job_id: Annotated[UUID, typer.Argument(help="Id of a job: pedidos dead-letters jobs")]) -> None:
    """Stop a job. What it has replayed or discarded stays so; no further letter is begun."""
    from pedidos.cli.letter_view import job_line
    from pedidos.storage.dead_letters import jobs

    with _engine() as (_, engine):
        stopped = jobs.stop(engine, job_id, acting.who())
        found = jobs.get(engine, job_id)
    if found is None:
        typer.echo(phrase("There is no job {id}. List them: pedidos dead-letters jobs", id=job_id), err=True)
        raise typer.Exit(1)
    typer.echo(job_line(found))
    if not stopped:
        typer.echo(phrase("It had ended before."), err=True)
        raise typer.Exit(1)


def _filter(source: str | None, state: State, contains: str | None, since: datetime | None) -> "Filter":
    from pedidos.storage.dead_letters.letters import Filter

    return Filter(
        source=source,
        status=None if state is State.ANY else cast("Literal['open', 'replayed', 'discarded']", state.value),
        reason=contains,
        since=since,
    )


def _chosen(engine: "Engine", ids: Sequence[UUID], everything: bool, wanted: "Filter") -> list[UUID]:
    from pedidos.storage.dead_letters.letters import Filter, find

    if everything == bool(ids):
        raise typer.BadParameter(phrase("Give the ids of dead letters, or --all."))
    if ids:
        if wanted != Filter():
            raise typer.BadParameter(phrase("Filters need --all; leave them out when you give ids."))
        return list(dict.fromkeys(ids))
    # Oldest first: the one that has waited longest is tried first.
    return [letter.id for letter in reversed(find(engine, wanted, MOST))]


_REPLAYED = Sentence("{count} of {all} replayed.")
_WOULD_BE_REPLAYED = Sentence("{count} of {all} would be replayed.")
_DISCARDED = Sentence("{count} of {all} discarded.")
_WOULD_BE_DISCARDED = Sentence("{count} of {all} would be discarded.")


def _each(chosen: Sequence[UUID], act: "Callable[[UUID], Outcome]", done: Sentence) -> bool:
    """Acts on each and prints the outcome. True if it was possible for all."""
    count = 0
    for letter_id in chosen:
        outcome = act(letter_id)
        count += outcome.done
        note = told(outcome.note)
        typer.echo(f"{letter_id}  {note if outcome.done else phrase('not possible: {reason}', reason=note)}")
    typer.echo(told(done.filled(count=count, all=len(chosen))))
    return count == len(chosen)


def _send_hints(service: "DeadLetterService", at_once: int) -> None:
    from pedidos.errors import TaskBrokerUnavailable

    try:
        for step, orders in service.send_hints(at_once):
            typer.echo(phrase("{orders} orders handed to the step {step}", orders=orders, step=step))
    except TaskBrokerUnavailable as error:
        typer.echo(phrase("The task broker is away ({reason}). The watchdog will hand the orders over.", reason=error))


@contextmanager
def _engine() -> "Iterator[tuple[DeadLettersSettings, Engine]]":
    """The settings and the database. An unavailable service is reported in one line, with exit status 1."""
    from pedidos.errors import Transient, first_line
    from pedidos.settings.processes import DeadLettersSettings
    from pedidos.storage.engine import make_engine
    from pedidos.storage.once import OutcomeUnknown

    settings = DeadLettersSettings.load()
    engine = make_engine(settings, "dead-letters")
    try:
        yield settings, engine
    except Transient as error:
        typer.echo(phrase("Not possible now: {reason}", reason=first_line(error)), err=True)
        raise typer.Exit(1) from None
    except OutcomeUnknown:
        typer.echo(
            phrase(
                "The connection was lost at the commit: the last letter may or may not have been resolved. Look at "
                "it with pedidos dead-letters show, then go on."
            ),
            err=True,
        )
        raise typer.Exit(1) from None
    finally:
        engine.dispose()


@contextmanager
def _service(settings: "DeadLettersSettings", engine: "Engine", who: "Who") -> "Iterator[DeadLetterService]":
    from pedidos.wiring.dead_letters import dead_letter_service

    with dead_letter_service(settings, engine) as service_for:
        yield service_for(who)
