"""The supervisor keeps logs small, also after one that could not be rotated."""

import asyncio
import errno
from functools import partial
from pathlib import Path

import pytest

from pedidos_local import logfiles, supervisor
from pedidos_local.layout import Layout
from pedidos_local.settings import LocalSettings
from pedidos_local.supervisor import Kind, Supervisor
from pedidos_local.supervisor_events import Journal, SupervisorEvent
from tests.integration.local.platforms import program

LISTEN_SECONDS = 20.0


async def told_of(journal: Journal, name: str, *wanted: str) -> list[SupervisorEvent]:
    """The happenings of these kinds about it, one of each, in their order; fails when they do not come about."""
    found: list[SupervisorEvent] = []
    async with asyncio.timeout(LISTEN_SECONDS):
        async for happening in journal.listen(past=True):
            if happening["name"] == name and happening["what"] == wanted[len(found)]:
                found.append(happening)
                if len(found) == len(wanted):
                    break
    return found


def test_a_disk_that_was_full_once_ends_no_rotation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = logfiles.copy_end
    full = [OSError(errno.ENOSPC, "No space left on device")]

    def copy_where_room_is(source: Path, target: Path, most: int) -> None:
        if full and source.name == "store-1.log":
            raise full.pop()
        copy(source, target, most)

    monkeypatch.setattr(logfiles, "copy_end", copy_where_room_is)
    monkeypatch.setattr(supervisor, "ROTATION_SECONDS", 0.02)
    layout = Layout.of(LocalSettings(state_dir=tmp_path))
    layout.make()

    def grow(name: str) -> None:
        with layout.log(name).open("a") as log:
            log.truncate(logfiles.MAX_BYTES + 1)

    async def scene() -> None:
        journal = Journal()
        kinds = [Kind(kind, 0, partial(program, layout, kind)) for kind in ("store", "work")]
        watched = Supervisor(kinds, layout, journal)
        try:
            await watched.start()
            grow("store-1")
            (failed,) = await told_of(journal, "store-1", "not rotated")
            assert "No space left" in str(failed["detail"])
            grow("store-1")
            for name in ("work-1", "supervisor", "of-an-earlier-run"):
                grow(name)
            await told_of(journal, "store-1", "not rotated", "rotated")
            for name in ("work-1", "supervisor", "of-an-earlier-run"):
                await told_of(journal, name, "rotated")
            assert layout.log("store-1").stat().st_size == 0
        finally:
            await watched.stop()
            journal.close()

    asyncio.run(scene())
