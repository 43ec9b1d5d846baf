"""What a terminal shows of an experiment while it goes on."""

from io import StringIO

from rich.console import Console

from pedidos.texts import PORTUGUESE
from pedidos_classroom.cli.language import Language
from pedidos_classroom.cli.progress import Progress

FIGURES = dict.fromkeys(("answers", "confirmed", "waiting", "lag", "queued", "unpublished"), 0)


def test_steps_come_as_they_are_told_and_figures_now_and_then() -> None:
    out = StringIO()
    with Progress(Console(file=out, width=200), Language(PORTUGUESE)) as progress:
        progress.tell({"at": 0.1, "step": "ordering", "what": ""})
        progress.tell({"at": 1.0, "figures": {**FIGURES, "accepted": 6}})
        progress.tell({"at": 2.0, "figures": {**FIGURES, "accepted": 18, "lag": None}})
        progress.tell({"at": 3.0, "figures": {**FIGURES, "accepted": 24}})
        progress.tell({"at": 5.0, "step": "broken", "what": "worker", "act": "halt"})
        progress.tell({"at": 6.0, "step": "of another version", "what": "x"})
        progress.tell({"at": 7.0, "verdicts": []})
    ordering, rates, broken, other = out.getvalue().splitlines()
    assert "0.1 s  Clientes fazem pedidos" in ordering
    assert "aceitos por segundo 12" in rates  # and not again a second later
    assert "–" in rates
    assert "worker" in broken
    assert other.endswith("of another version · x")
