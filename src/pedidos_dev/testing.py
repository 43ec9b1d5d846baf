"""test: the project's own checks and tests, by tier."""

import subprocess
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from pedidos.settings import os_environment
from pedidos_dev.supply_chain import commands as supply_chain

ROOT = Path(__file__).parents[2]

CHECKS = [
    [sys.executable, "-m", "ruff", "check", "."],
    [sys.executable, "-m", "ruff", "format", "--check", "."],
    [sys.executable, "-m", "mypy"],
    [sys.executable, str(Path(sys.executable).with_name("lint-imports")), "--no-logo"],
    [sys.executable, "-m", "pedidos_dev.language"],
    [str(ROOT / "locks" / "compile"), "--check"],
]


class Tier(StrEnum):
    """all: those of IN_ALL. The other two need Docker, or a fresh snapshot of advisories."""

    ALL = "all"
    QUALITY = "quality"
    UNIT = "unit"
    INTEGRATION = "integration"
    ACCEPTANCE = "acceptance"
    FAULTS = "faults"
    CONTAINERS = "containers"
    AUDIT = "audit"


IN_ALL = (Tier.QUALITY, Tier.UNIT, Tier.INTEGRATION, Tier.ACCEPTANCE, Tier.FAULTS)


def register(app: typer.Typer) -> None:
    """Adds the command of this module."""
    app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(test)


def test(
    context: typer.Context,
    tier: Annotated[Tier, typer.Argument(help="Which checks or tests to run.")] = Tier.ALL,
) -> None:
    """Run the project's checks and tests. What follows the tier goes to pytest, such as -k NAME."""
    tiers = IN_ALL if tier is Tier.ALL else (tier,)
    # Each tier runs, whatever became of the one before: one run tells everything that is wrong.
    failed = [one for one in tiers if not _passes(one, context.args)]
    if failed:
        typer.echo(f"Failed: {', '.join(failed)}.", err=True)
        raise typer.Exit(1)
    typer.echo(f"All well: {', '.join(tiers)}.")


def _passes(tier: Tier, arguments: Sequence[str]) -> bool:
    if tier is Tier.AUDIT:
        return supply_chain.passes()
    if tier is Tier.QUALITY:
        failures = [command for command in CHECKS if not _runs(command)]
        return not failures
    return _runs([sys.executable, "-m", "pytest", f"tests/{tier}", *arguments])


def _runs(command: Sequence[str]) -> bool:
    typer.echo(f"\n$ {' '.join(Path(word).name for word in command)}")
    # Tests make platforms of their own: the settings of one that runs here are not theirs.
    environment = {name: value for name, value in os_environment.as_given().items() if not name.startswith("PEDIDOS_")}
    # In a session of its own, so that Ctrl-C reaches us alone: tests that are told to end twice leave servers behind.
    with subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True) as process:
        try:
            return process.wait() == 0
        except KeyboardInterrupt:
            process.terminate()
            process.wait()
            raise
