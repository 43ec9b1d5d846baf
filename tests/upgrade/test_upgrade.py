"""The platform is upgraded from the release before while customers order, and goes back: no request fails, and the
ledger is clean."""

import asyncio
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence

import pytest

from pedidos.sentence import Sentence
from pedidos.storage.migrations import newest
from pedidos_dev.release_before.record import before, statements
from pedidos_dev.release_before.tree import Tree
from pedidos_drills.drill import Drill, DrillContext, Finding
from pedidos_drills.faults.rolling_restart import all_end_well
from pedidos_drills.ledger.records import Answered, Evidence
from pedidos_drills.place import stage_folder
from pedidos_drills.report import lines, summary
from pedidos_drills.runner import Outcome, Runner
from pedidos_drills.watchers import Watcher, caught_up, mistold, watching
from pedidos_local import environment, ports
from tests.support.tables import rows
from tests.upgrade.pages import visiting
from tests.upgrade.platform import SWAPPED, MixedPlatform

SEED = 7
BESIDE = 8
"""Orders that are accepted while instances of both versions work, and again when those of one are gone."""

MIGRATE_SECONDS = 300


def test_the_statements_that_are_recorded_are_those_of_the_release(release: Tree) -> None:
    """`tests/integration/storage/test_upgrading_beside_orders.py` believes them."""
    assert release.newest_migration() == before().revision
    assert release.statements() == statements()


def test_an_upgrade_and_the_way_back_fail_no_request(release: Tree, capsys: pytest.CaptureFixture[str]) -> None:
    outcome = asyncio.run(upgraded(release))
    with capsys.disabled():
        print("", *lines(outcome), summary(outcome), sep="\n")  # noqa: T201  # the figures, for who runs this
    assert outcome.holds
    assert len(outcome.faults) == 1 + 2 * len(SWAPPED)


async def upgraded(release: Tree) -> Outcome:
    """What became of it."""
    with stage_folder() as (folder, port_base):
        stage = MixedPlatform(folder, port_base, release)
        async with stage, Runner(stage, SEED, print) as runner:

            async def run(scene: DrillContext) -> None:
                await upgrade_and_go_back(scene, stage)

            return await runner.run(
                Drill(
                    "upgrade",
                    breaks=Sentence("Every process is replaced by one of another version."),
                    weak=Sentence("Requests fail."),
                    run=run,
                    orders=300,
                    rate=8.0,
                )
            )


async def upgrade_and_go_back(scene: DrillContext, stage: MixedPlatform) -> None:
    scene.checks.append(refused)
    async with (
        all_end_well(scene),
        visiting(scene) as visits,
        watching(scene, stage.layout.port_base + ports.EDGE) as watchers,
    ):
        opened = time.monotonic()
        scene.checks.append(lambda evidence: misheard(evidence, opened, watchers))
        await scene.load.until_accepted(2 * BESIDE)
        assert revision(scene) == before().revision
        async with scene.broken(f"the schema is migrated from {before().revision} to {newest()}"):
            await asyncio.to_thread(migrate, stage)
        assert revision(scene) == newest()
        await scene.load.until_accepted(BESIDE)
        for kind in SWAPPED:
            stage.of_before.discard(kind)
            await replaced(scene, stage, kind, 1, "this version")
        for kind in reversed(SWAPPED):
            stage.of_before.add(kind)
            await replaced(scene, stage, kind, 2, "the release before")
        await scene.load.finish()
        await caught_up(watchers, scene.load.accepted - asked_before(scene.load.answers, opened))
    scene.findings += [(f"a page failed: {each}", None) for each in visits.failed]
    assert visits.loaded > len(SWAPPED)


async def replaced(scene: DrillContext, stage: MixedPlatform, kind: str, number: int, version: str) -> None:
    """Starts an instance after this one, and ends this one when both have worked for a while."""
    await scene.load.until_accepted(BESIDE)
    async with scene.broken(f"{kind} is replaced by one of {version}"):
        await stage.supervisor.scale({kind: number + 1})
        await scene.load.until_accepted(BESIDE)
        await stage.supervisor.halt(f"{kind}-{number}")


def migrate(stage: MixedPlatform) -> None:
    """`pedidos migrate` of this version."""
    told: Mapping[str, str] = environment.python() | {"PEDIDOS_STATE_DIR": str(stage.layout.state_dir)}
    done = subprocess.run(
        stage.command("migrate"), env=told, capture_output=True, text=True, timeout=MIGRATE_SECONDS, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def revision(scene: DrillContext) -> str:
    """Of the schema."""
    (row,) = rows(scene.engine, "select version_num from alembic_version")
    return str(row.version_num)


def refused(evidence: Evidence) -> Iterator[Finding]:
    """Requests that failed or were refused: nothing in the load is wrong, and no client may notice."""
    for answer in evidence.answers:
        if answer.status not in (200, 202):
            yield f"the request {answer.key} got {answer.status} ({answer.reason})", answer.order_id


def asked_before(answers: Sequence[Answered], opened: float) -> set[str]:
    """Orders whose first request was sent before this time (time.monotonic()): watchers may have missed their begin."""
    keys = {answer.key for answer in answers if answer.at - answer.seconds <= opened}
    return {answer.order_id for answer in answers if answer.order_id and answer.key in keys}


def misheard(evidence: Evidence, opened: float, watchers: list[Watcher]) -> Iterator[Finding]:
    """Events of orders that were placed since then, and that did not arrive on the live streams exactly once."""
    return mistold(evidence, asked_before(evidence.answers, opened), watchers)
