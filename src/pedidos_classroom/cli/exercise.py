"""exercise: checks a step that was added to the pipeline."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pedidos.cli.language import phrase, told

if TYPE_CHECKING:
    from rich.console import Console

    from pedidos.domain.steps import Step
    from pedidos_drills.runner import Outcome


def register(app: typer.Typer) -> None:
    """Adds the commands of this module."""
    app.add_typer(exercises, name="exercise")


exercises = typer.Typer(no_args_is_help=True, help="The exercise of a longer project: a step of your own.")


@exercises.callback()
def _group() -> None:
    """Makes `check` a command of a group."""


@exercises.command()
def check(
    step: Annotated[
        str | None, typer.Option(help="Check this step, instead of those that were added.", show_default=False)
    ] = None,
    seed: Annotated[int, typer.Option(help="Decides what is ordered; the same seed, the same load.")] = 1,
    report: Annotated[Path | None, typer.Option("--json", help="File for the report as JSON.")] = None,
) -> None:
    """Check the step that you added: every hint comes ten times, workers die in it, and the books must balance.

    It runs on a platform of its own, with the code of this checkout. Exit status 1 if something does not hold.
    """
    import asyncio

    from rich.console import Console

    from pedidos_classroom.cli.language import Language
    from pedidos_classroom.cli.verdict import VerdictText
    from pedidos_classroom.exercise.drills import drills_for
    from pedidos_classroom.experiments.verdict_rows import rows
    from pedidos_drills.report import as_json

    language = Language.of_terminal()
    steps = _steps(step)
    console = Console(highlight=False)
    console.print(phrase("Checked: {steps}. It takes about three minutes.", steps=", ".join(steps)), markup=False)
    outcomes = asyncio.run(_run(steps, seed, console))
    verdicts = VerdictText(console, language)
    for outcome in outcomes:
        console.print(f"\n{outcome.drill.name}", style="bold", markup=False)
        for row in rows(outcome.verdicts):
            verdicts.row(row)
        if outcome.trouble:
            console.print(
                language.gettext("The drill itself went wrong: %(reason)s", reason=outcome.trouble), markup=False
            )
    if report is not None:
        report.write_text(json.dumps(as_json(outcomes), indent=2) + "\n", "utf-8")
    passed = len(outcomes) == len(drills_for(steps)) and all(outcome.holds for outcome in outcomes)
    console.print()
    if not passed:
        console.print(
            phrase("Something does not hold: read the findings, mend the step, and check again."), style="bold red"
        )
        raise typer.Exit(1)
    console.print(phrase("Everything holds: repeated hints and killed workers change nothing."), style="bold green")


def _steps(name: str | None) -> "list[Step]":
    from pedidos.domain.steps import PIPELINE
    from pedidos_classroom.exercise.steps import added

    there = {str(each.step): each.step for each in PIPELINE}
    if name is not None and name not in there:
        text = phrase("There is no step {step}. There are: {steps}.", step=name, steps=", ".join(there))
        typer.echo(text, err=True)
        raise typer.Exit(2)
    found = added() if name is None else [there[name]]
    if not found:
        typer.echo(
            phrase("The pipeline has no step of yours yet: CONTRIBUTING.md, “A step”, says how to add one."),
            err=True,
        )
        raise typer.Exit(2)
    return found


async def _run(steps: "list[Step]", seed: int, console: "Console") -> "list[Outcome]":
    """One drill after the other, until one finds something broken: that stays broken in the books."""
    from pedidos_classroom.exercise.drills import drills_for
    from pedidos_drills.cli.drill import narrator
    from pedidos_drills.place import stage_folder
    from pedidos_drills.platform import DrillPlatform
    from pedidos_drills.runner import Runner

    drills, outcomes = drills_for(steps), []
    with stage_folder() as (folder, port_base):
        async with (
            DrillPlatform(folder, port_base, drills[0].changes) as stage,
            Runner(stage, seed, narrator()) as runner,
        ):
            for drill in drills:
                console.print(f"\n{drill.name}: {told(drill.breaks)}", markup=False, soft_wrap=True)
                outcomes.append(await runner.run(drill))
                if not outcomes[-1].holds:
                    break
    return outcomes
