"""test: the project's own checks and tests, by tier."""

import subprocess
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from pedidos.cli.language import phrase
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
    """all: those of IN_ALL. The others need Docker, a Kubernetes, a fresh snapshot of advisories, the history of the
    checkout, or half an hour. pages installs Chromium, servers what Debian has of servers."""

    ALL = "all"
    QUALITY = "quality"
    UNIT = "unit"
    INTEGRATION = "integration"
    ACCEPTANCE = "acceptance"
    PAGES = "pages"
    FAULTS = "faults"
    LESSONS = "lessons"
    UPGRADE = "upgrade"
    SERVERS = "servers"
    CONTAINERS = "containers"
    KUBERNETES = "kubernetes"
    AUDIT = "audit"


IN_ALL = (Tier.QUALITY, Tier.UNIT, Tier.INTEGRATION, Tier.ACCEPTANCE, Tier.PAGES, Tier.FAULTS)

IN_TWO = ["-n", "2", "--dist", "loadfile"]
"""Options of pytest for tiers whose tests mostly wait: two processes, each with servers of its own."""

IN_ORDER = ["-p", "no:randomly"]
"""For the tier whose last module removes what the others use."""

OPTIONS = dict.fromkeys((Tier.UNIT, Tier.INTEGRATION, Tier.ACCEPTANCE, Tier.PAGES), IN_TWO) | {
    Tier.KUBERNETES: IN_ORDER
}

NO_BROWSER = (
    "The pages were not tested, because there is no browser: install Chromium (Debian, Ubuntu: apt-get install"
    " chromium; elsewhere: .venv/bin/playwright install chromium), then run ./pedidos test pages."
)


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
    outcomes = {one: _outcome(one, context.args, asked_for=tier) for one in tiers}
    failed = [one for one, outcome in outcomes.items() if outcome is False]
    if failed:
        typer.echo(phrase("Failed: {failed}.", failed=", ".join(failed)), err=True)
        raise typer.Exit(1)
    passed = [one for one, outcome in outcomes.items() if outcome]
    if passed:
        typer.echo(phrase("All well: {passed}.", passed=", ".join(passed)))
    if len(passed) < len(tiers):
        typer.echo(NO_BROWSER, err=True)


def _outcome(tier: Tier, arguments: Sequence[str], *, asked_for: Tier) -> bool | None:
    """Whether the tier passes. None: it was left out of a run of all, because it needs a browser, and there is none."""
    if tier is not Tier.PAGES or _runs([sys.executable, "-m", "pedidos_dev.browser"]):
        return _passes(tier, arguments)
    if asked_for is Tier.PAGES or os_environment.as_given().get("CI") == "true":
        typer.echo(NO_BROWSER, err=True)
        return False
    return None


def _passes(tier: Tier, arguments: Sequence[str]) -> bool:
    if tier is Tier.AUDIT:
        return supply_chain.passes()
    if tier is Tier.QUALITY:
        failures = [command for command in CHECKS if not _runs(command)]
        return not failures
    if tier is Tier.UPGRADE and not _runs([sys.executable, "-m", "pedidos_dev.release_before.history"]):
        return False
    if tier is Tier.SERVERS:
        _runs([sys.executable, "-m", "pedidos_dev.server_packages"])
    return _runs([sys.executable, "-m", "pytest", f"tests/{tier}", *OPTIONS.get(tier, ()), *arguments])


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
