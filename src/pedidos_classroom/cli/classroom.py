"""Finds the platform on which a lesson runs, and refuses where the page refuses."""

from typing import TYPE_CHECKING

import typer

from pedidos.cli.acting import local_user
from pedidos.cli.language import phrase

if TYPE_CHECKING:
    from pedidos_classroom.control import Control
    from pedidos_classroom.experiments.card import Card, Choice


def control_of() -> "Control":
    """The control of the platform that runs here. Says in one line what to do if none runs, or others reach it, with
    exit status 1."""
    from pedidos.settings.groups.serving import ExposureSettings
    from pedidos.setup.exposure import exposed_at
    from pedidos_classroom.control import Control
    from pedidos_local.classroom import is_classroom
    from pedidos_local.cli.supervised import Supervised
    from pedidos_local.layout import Layout
    from pedidos_local.settings import LocalSettings, PlatformSettings

    local = LocalSettings.load()
    if Supervised(Layout.of(local)).status() is None:
        raise refusal(phrase("The platform is not running: `pedidos up`."))
    settings = PlatformSettings.load()
    if not is_classroom(settings):
        exposure = ExposureSettings.make(public_url=str(settings.public_url), demo=settings.demo)
        why = exposed_at(exposure) or "PEDIDOS_DEMO=false"
        raise refusal(
            phrase(
                "A lesson breaks things on purpose, so it runs only on a demo that no other machine reaches ({why})."
                " Start one with `pedidos up` in another state folder: PEDIDOS_STATE_DIR and PEDIDOS_PORT_BASE.",
                why=why,
            )
        )
    user = local_user()
    return Control.at(local.state_dir, f"lesson of {user}", user)


def note(card: "Card", choice: "Choice | None" = None) -> None:
    """Writes into the audit log that the experiment begins with this prediction; without one, that it was undone.

    What cannot be noted is not done.
    """
    from pedidos.cli import acting
    from pedidos.domain.audit import Action, Entry
    from pedidos.settings.processes import AuditSettings
    from pedidos.storage.audit_log.writing import record
    from pedidos.storage.engine import make_engine

    engine = make_engine(AuditSettings.load(), "lesson")
    action = Action.FAULT_UNDONE if choice is None else Action.FAULT_CAUSED
    detail = {} if choice is None else {"prediction": choice.name}
    try:
        record(engine, Entry(action, acting.who(), card.owner, detail=detail))
    finally:
        engine.dispose()


def refusal(text: str, status: int = 1) -> typer.Exit:
    """Prints why not; the exit to raise."""
    typer.echo(text, err=True)
    return typer.Exit(status)
