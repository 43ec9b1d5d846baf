"""What the people of a history ask for between its steps: orders are cancelled, accepted, delivered and forgotten."""

from pedidos.crash_points import CrashPoint
from pedidos.domain.order import Actor, Status
from pedidos.domain.steps import Step
from pedidos.errors import ConstraintViolated
from pedidos.steps.cancel import cancel
from pedidos.steps.fulfil import accept, advance
from pedidos_drills.simulation.dice import Dice
from pedidos_drills.simulation.pipeline import DEATH, Pipeline
from pedidos_drills.simulation.steps import SETTINGS, Death
from pedidos_drills.simulation.story import Story
from pedidos_drills.sql.aged import let_acceptance_pass


class People:
    """The customer and the merchants, once orders are placed."""

    def __init__(self, pipeline: Pipeline, dice: Dice, story: Story) -> None:
        self._pipeline = pipeline
        self._dice = dice
        self._story = story

    def cancel(self) -> None:
        chance = self._dice.chance
        order_id, actor = chance.choice(self._story.orders), chance.choice((Actor.CUSTOMER, Actor.MERCHANT))
        dies = chance.random() < DEATH
        aged = self._pipeline.takes_old()
        with self._pipeline.endangered(CrashPoint.CANCEL_UNDOING if dies else None, aged=aged):
            try:
                outcome = str(cancel(self._pipeline.engine, order_id, actor, actor))
            except Death:
                self._pipeline.deaths += 1
                outcome = "dies at cancel.undoing"
            except ConstraintViolated as error:  # without the safeguard, a constraint of the schema still holds
                self._pipeline.note(f"cancel: {error}")
                outcome = f"fails: {error}"
        if chance.random() < 0.5:  # perhaps the watchdog runs at once
            self._pipeline.hints.append((Step.UNDO, [order_id]))
        how = ", in an old transaction" if aged else ""
        self._story.tell(f"cancel {self._story.numbers([order_id])} by the {actor}{how}: {outcome}")

    def fulfil(self) -> None:
        order_id = self._dice.chance.choice(self._story.orders)
        target = self._dice.chance.choice((Status.PREPARING, Status.ON_ITS_WAY, Status.DELIVERED))
        if target is Status.PREPARING:
            outcome = accept(self._pipeline.engine, order_id, "merchant", SETTINGS.acceptance_seconds)
        else:
            outcome = advance(self._pipeline.engine, order_id, target, "merchant")
        self._story.tell(f"{target} {self._story.numbers([order_id])}: {outcome}")

    def sleep(self) -> None:
        """The time in which the merchant could accept an order passes, and it accepts it even so, or it ends."""
        sleeps = self._dice.sleeps
        order_id = sleeps.choice(self._story.orders)
        self._story.tell(f"the merchant of {self._story.numbers([order_id])} sleeps")
        let_acceptance_pass(self._pipeline.engine, order_id)
        if sleeps.random() < 0.5:
            outcome = accept(self._pipeline.engine, order_id, "merchant", SETTINGS.acceptance_seconds)
            self._story.tell(f"preparing {self._story.numbers([order_id])}, too late: {outcome}")
        elif sleeps.random() < 0.5:
            self._pipeline.run(Step.EXPIRE, [order_id])
