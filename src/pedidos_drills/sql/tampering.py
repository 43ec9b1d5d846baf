"""Changes tables as no process does, for the drills of the alerts; each change is undone."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, text

_RESERVE = text("""
update stock set reserved = reserved + :units, on_hand = on_hand - :units
where product_id = (select product_id from stock where on_hand > 10 order by product_id limit 1)
""")

_REFUSE = text("update relay_positions set refusal = :reason where shard = 0")

_LETTER = text("""
insert into dead_letters (source, origin, reason) values ('watchdog', 'a drill', 'A drill of the alerts wrote this.')
""")

_NO_LETTER = text("delete from dead_letters where origin = 'a drill'")

_REVOKE = text("revoke select on merchants from pedidos_worker")

_GRANT = text("grant select on merchants to pedidos_worker")


@contextmanager
def reserved_by_none(engine: Engine) -> Iterator[None]:
    """Inside the context, one unit more is reserved than orders reserve."""
    _run(engine, _RESERVE.bindparams(units=1))
    try:
        yield
    finally:
        _run(engine, _RESERVE.bindparams(units=-1))


@contextmanager
def refusing(engine: Engine) -> Iterator[None]:
    """Inside the context, the relay's position says that it refuses to publish."""
    _run(engine, _REFUSE.bindparams(reason="a drill says so"))
    try:
        yield
    finally:
        _run(engine, _REFUSE.bindparams(reason=None))


@contextmanager
def dead_letter(engine: Engine) -> Iterator[None]:
    """Inside the context, a dead letter is open."""
    _run(engine, _LETTER)
    try:
        yield
    finally:
        _run(engine, _NO_LETTER)


@contextmanager
def merchants_unreadable(engine: Engine) -> Iterator[None]:
    """Inside the context, the workers may not read merchants, so the step validate fails."""
    _run(engine, _REVOKE)
    try:
        yield
    finally:
        _run(engine, _GRANT)


def _run(engine: Engine, statement: object) -> None:
    with engine.begin() as connection:
        connection.execute(statement)  # type: ignore[call-overload]  # a text clause
