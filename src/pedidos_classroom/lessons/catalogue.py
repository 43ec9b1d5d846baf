"""All lessons, by number. A new one is a module here, and a name below."""

from pedidos_classroom.lessons import (
    asynchronous,
    back_pressure,
    decoupling,
    failure,
    fencing,
    idempotency,
    ordering,
    outbox,
    sagas,
    scaling,
    tokens,
)
from pedidos_classroom.lessons.lesson import Lesson

_MODULES = (
    asynchronous,
    decoupling,
    idempotency,
    ordering,
    back_pressure,
    scaling,
    failure,
    outbox,
    fencing,
    sagas,
    tokens,
)

LESSONS: dict[int, Lesson] = {module.LESSON.number: module.LESSON for module in _MODULES}
