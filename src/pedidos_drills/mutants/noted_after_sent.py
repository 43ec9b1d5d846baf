"""Notes that a mail is sent, then sends it. Breaks "everybody told": a crash in between loses the mail."""

from collections.abc import Awaitable, Callable

from pedidos.crash_points import CrashPoint, reach
from pedidos.sentence import Sentence
from pedidos_drills.safeguard import Safeguard


async def note_then_send(send: Callable[[], Awaitable[None]], note: Callable[[], Awaitable[None]]) -> None:
    await note()
    reach(CrashPoint.NOTIFIER_MAIL_SENT)
    await send()


SAFEGUARD = Safeguard(
    "noted-after-sent",
    guards="A mail counts as sent only after the mail server has taken it.",
    off=Sentence("It counts as sent before it is sent."),
    needs="notifier-killed",
    invariant="everybody told",
    replaced={"pedidos.processes.notifier.mail_sender:send_then_note": note_then_send},
)
