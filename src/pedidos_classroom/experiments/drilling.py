"""Carries out a drill on a platform of its own, beside the running one, and tells the page what happens."""

import asyncio
import random

from pedidos_classroom.experiments.running import Trouble
from pedidos_classroom.experiments.sampling import Sampling
from pedidos_classroom.experiments.telling import Teller
from pedidos_drills.catalogue import DRILLS
from pedidos_drills.place import NoPorts, stage_folder
from pedidos_drills.platform import DrillPlatform
from pedidos_drills.runner import Runner


async def carry_out(name: str, teller: Teller) -> None:
    """Tells every step, figures once a second, and at the end the verdicts. Raises Trouble."""
    drill = DRILLS[name]
    seed = random.randrange(1_000_000)  # noqa: S311  # decides what is ordered, and is no secret
    teller.step("starting")
    try:
        with stage_folder() as (folder, port_base):
            teller.tell(place=str(folder))
            stage = DrillPlatform(folder, port_base, drill.changes, sets_clock=drill.sets_clock)
            async with stage, Runner(stage, seed, lambda words: _say(teller, words)) as runner:
                teller.step("ordering")
                async with Sampling(stage.settings, runner.load, teller):
                    outcome = await runner.run(drill)
            seconds = max((each.seconds for each in outcome.recoveries if each.seconds is not None), default=None)
            again = f"./pedidos drill run {name} --seed {seed}"
            teller.verdicts(outcome.verdicts, seconds, drill.recovers_within, repeat=again)
            if outcome.trouble is not None:
                raise Trouble(outcome.trouble)
    except (NoPorts, ExceptionGroup) as failure:
        raise Trouble(f"A platform of its own could not be started: {failure}") from failure
    finally:
        await asyncio.get_running_loop().shutdown_default_executor()


def _say(teller: Teller, words: str) -> None:
    """The drill's own words: ✗ when something is broken, ✓ when it is over."""
    mark, _, rest = words.partition(" ")
    name = {"✗": "broken", "✓": "mended"}.get(mark)
    if name is None:
        teller.step("said", words.strip())
    else:
        teller.step(name, rest)
