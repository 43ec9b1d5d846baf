"""What is broken now, in words for a page."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from pedidos_classroom.control import Act, Board, Fault


@dataclass(frozen=True, slots=True)
class Line:
    """number: of the fault, to undo it; None for what was not broken here. until: when it is over, or how a program
    that does not run ended. trouble: why it could not be undone."""

    text: str
    number: int | None = None
    until: str = ""
    trouble: str = ""


def heading(board: Board) -> str:
    """What is the case, in one sentence."""
    lines = lines_of(board)
    if not lines:
        return _("Nothing is broken")
    return ngettext("%(num)s thing is broken", "%(num)s things are broken", len(lines))


def lines_of(board: Board) -> Sequence[Line]:
    """The faults, and every program that does not work without one: as things are, and not as they were asked for."""
    named = {name for fault in board.faults for name in fault.instances}
    lines = [Line(_said(fault), fault.number, _until(fault), fault.trouble or "") for fault in board.faults]
    for each in board.not_working():
        if each.name not in named:
            said = (
                _("%(name)s is paused", name=each.name) if each.paused else _("%(name)s does not run", name=each.name)
            )
            lines.append(Line(said, until=each.last_exit or ""))
    faulty = board.gateway is not None and any(board.gateway.values())
    if faulty and not any(fault.act is Act.GATEWAY for fault in board.faults):
        lines.append(Line(_("The gateway has faults that a command has set")))
    return lines


def _said(fault: Fault) -> str:
    target = fault.target
    match fault.act:
        case Act.KILL:
            return _("%(name)s was killed (SIGKILL), and is starting again", name=target)
        case Act.PAUSE:
            return _("%(name)s is paused (SIGSTOP)", name=target)
        case Act.HALT:
            return _("%(name)s was killed, and is kept away", name=target)
        case Act.SCALE:
            return _("%(name)s: there are %(count)s for now", name=target, count=fault.detail["count"])
        case Act.GATEWAY:
            return _("The gateway misbehaves: %(how)s", how=", ".join(map(_fault_of_gateway, fault.detail.items())))


def _fault_of_gateway(item: tuple[str, object]) -> str:
    name, value = item
    match name, value:
        case "latency_ms", int() | float():
            return _("each answer comes %(seconds)s s later", seconds=value / 1000)
        case "error_rate", int() | float():
            return _("%(share)s %% of the charges are answered with an error", share=round(value * 100))
        case "nonsense_rate", int() | float():
            return _("%(share)s %% of its answers make no sense", share=round(value * 100))
    return _("it answers 503")


def _until(fault: Fault) -> str:
    if fault.act is Act.KILL or fault.ending:
        return _("being undone now")
    return _("undone in %(seconds)s s at the latest", seconds=round(fault.most_seconds))
