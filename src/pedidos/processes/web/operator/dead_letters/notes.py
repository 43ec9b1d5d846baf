"""What was done to a dead letter, in the language of the page: its trail and its jobs say it in English."""

import re
from collections.abc import Callable, Sequence

from flask_babel import gettext as _

_KNOWN: Sequence[tuple[re.Pattern[str], Callable[..., str]]] = [
    (re.compile(pattern), said)
    for pattern, said in (
        (
            r"the step (?P<step>\w+) looks at the order again",
            lambda step: _("the step %(step)s looks at the order again", step=step),
        ),
        (
            r"published again to (?P<topics>.+)",
            lambda topics: _("its record is published again to %(topics)s", topics=topics),
        ),
        (
            r"the order is (?P<state>\w+): no step has anything to do",
            lambda state: _("the order is %(state)s: nothing is left to do", state=state),
        ),
        (
            r"the record is still refused: (?P<why>.*)",
            lambda why: _("the record would be refused again: %(why)s", why=why),
        ),
        (
            r"only the first (?P<size>\d+) bytes of the record were kept",
            lambda size: _("only the first %(size)s bytes of the record were kept", size=size),
        ),
        (r"there is no such order", lambda: _("there is no such order")),
        (r"there is no such letter", lambda: _("the letter was removed meanwhile")),
        (r"the event is not in the log any more", lambda: _("the event is not in the log any more")),
        (r"the letter names no order", lambda: _("the letter names no order")),
        (r"someone else closed it first", lambda: _("someone else closed it first")),
        (
            r"it has been replayed already, by (?P<who>.*)",
            lambda who: _("it has been replayed already, by %(who)s", who=who),
        ),
        (
            r"it has been discarded already, by (?P<who>.*)",
            lambda who: _("it has been discarded already, by %(who)s", who=who),
        ),
        (r"discarded: (?P<why>.*)", lambda why: _("discarded: %(why)s", why=why)),
    )
]


def translated(note: str) -> str:
    """The note, in the language of the page as far as it is known."""
    for pattern, said in _KNOWN:
        if found := pattern.fullmatch(note):
            return said(**found.groupdict())
    return note
