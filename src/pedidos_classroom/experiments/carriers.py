"""What carries out which experiment. Imports are late: all drills together take half a second."""

from pedidos_classroom.experiments.card import Card
from pedidos_classroom.experiments.telling import Teller
from pedidos_local.settings import PlatformSettings


async def carry_out(card: Card, teller: Teller) -> None:
    """Tells what happens. Raises running.Trouble."""
    if card.step is not None:
        from pedidos_classroom.experiments import running  # noqa: PLC0415

        await running.carry_out(card, card.step, PlatformSettings.load(), teller)
    elif card.drill is not None:
        from pedidos_classroom.experiments import drilling  # noqa: PLC0415

        await drilling.carry_out(card.drill, teller)
    elif card.without is not None:
        from pedidos_classroom.experiments import unsafe  # noqa: PLC0415

        await unsafe.carry_out(card.without, teller)
    elif card.measure is not None:
        from pedidos_classroom.experiments import measures  # noqa: PLC0415

        await measures.carry_out(card.measure, PlatformSettings.load(), teller)
    else:
        raise ValueError(f"The card {card.name} has nothing to carry out.")
