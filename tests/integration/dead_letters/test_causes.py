"""Letters are grouped by what they have in common, and a group leads to its letters."""

from uuid import uuid4

from sqlalchemy import Engine

from pedidos.storage.dead_letters.causes import of_letters
from pedidos.storage.dead_letters.letters import Filter, find, write


def test_a_cause_is_the_reason_without_what_differs(engine: Engine, clean: None) -> None:
    del clean
    for number in range(3):
        write(engine, "watchdog", "reserve", f"Still validated after {number + 7} hints.", uuid4())
        write(engine, "bridge", f"t/0/{number}", f"The type is '{'<b>' * number}', not ours.")
    write(engine, "worker", "undo", f"No order {uuid4()}.", uuid4())
    found = of_letters(engine, Filter(), 10)
    assert {(cause.source, cause.text, cause.letters) for cause in found} == {
        ("watchdog", "Still validated after … hints.", 3),
        ("bridge", "The type is …, not ours.", 3),
        ("worker", "No order ….", 1),
    }
    assert found[-1].letters == 1, "the most frequent first"
    for cause in found:
        assert cause.oldest <= cause.newest
        matching = find(engine, Filter(source=cause.source, cause=cause.text), 10)
        assert len(matching) == cause.letters
    assert of_letters(engine, Filter(source="relay"), 10) == []
    assert len(of_letters(engine, Filter(), 1)) == 1
