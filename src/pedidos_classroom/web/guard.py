"""Keeps the classroom's pages from everyone who is not at this machine, and gives their views the control."""

from pedidos.http import problems
from pedidos.processes.web import visitors
from pedidos.processes.web.account import demo
from pedidos.processes.web.services import services
from pedidos_classroom.control import Control


def refuse_others() -> None:
    """For before_request of each of its blueprints. Raises NotFound unless the platform is a demo of this machine, and
    was asked for by a name of this machine."""
    if not demo.is_offered():
        raise problems.NotFound


def control() -> Control:
    """The control for the current request. The pages of the account hold its faults: each of them renews all."""
    visitor = visitors.identity()
    name = f"{visitor.role} {visitor.account_id}"
    return Control.at(services().settings.state_dir, f"pages of {name}", name)
