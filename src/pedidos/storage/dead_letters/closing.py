"""Closes dead letters whose cause is gone: the order has moved on, or its money is back."""

from sqlalchemy import Engine

from pedidos.domain.payment import PaymentStatus
from pedidos.domain.steps import STEP_AT, Step
from pedidos.storage.engine import in_statement

BY = "watchdog"

# The update checks the status again: an operator or another watchdog may have closed the letter meanwhile.
_CLOSE = """
with settled as materialized (
    select d.id, 'The order is ' || o.status || coalesce(', its payment ' || p.status, '') || '.' as note
    from dead_letters d
    join orders o on o.id = d.order_id
    left join payments p on p.order_id = o.id
    left join unnest(%(states)s::text[], %(steps)s::text[]) as waits (state, step) on waits.state = o.status
    where d.status = 'open' and case d.source
        when 'watchdog' then d.origin is distinct from waits.step
        when 'worker' then d.origin = %(undo)s and p.status <> %(undoing)s
            and not exists (select from refunds r where r.order_id = d.order_id and r.status = 'pending')
    end
    limit %(most)s
), closed as (
    update dead_letters d set status = 'replayed', resolved_at = clock_timestamp(), resolved_by = %(by)s
    from settled where d.id = settled.id and d.status = 'open'
    returning d.id, settled.note
)
insert into dead_letter_actions (letter_id, action, done, done_by, note)
select id, 'replay', true, %(by)s, note from closed
"""


def close(engine: Engine, most: int) -> int:
    """Closes at most `most` letters; returns how many it closed."""
    values = {
        "states": list(STEP_AT),
        "steps": list(STEP_AT.values()),
        "undo": Step.UNDO,
        "undoing": PaymentStatus.UNDOING,
        "by": BY,
        "most": most,
    }
    return in_statement(engine, lambda connection: connection.exec_driver_sql(_CLOSE, values).rowcount)
