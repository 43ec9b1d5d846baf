"""The parts of a process get what they need; pedidos.wiring alone creates it."""

import ast
from collections.abc import Iterator

import pytest

from tests.support.checkout import ROOT

PROCESSES = ROOT / "src" / "pedidos" / "processes"

CREATED = frozenset(
    {"make_engine", "make_celery", "make_gateway", "Producer", "TokenSigner", "TokenVerifier", "Revocations"}
)
"""What several parts of a process share, or what a test or the benchmark replaces."""


def creations(source: str) -> Iterator[int]:
    """The lines on which one of these is created."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)
            if name in CREATED:
                yield node.lineno


def test_no_part_of_a_process_creates_what_it_needs() -> None:
    found = [
        f"{path.relative_to(PROCESSES)}:{line}"
        for path in sorted(PROCESSES.glob("*/**/*.py"))
        for line in creations(path.read_text(encoding="utf-8"))
    ]
    assert found == [], "Create it in src/pedidos/wiring, and hand it over."


@pytest.mark.parametrize("line", ["engine = make_engine(settings)", "run(closing(celery_app.make_celery(settings)))"])
def test_what_creates_a_part_is_seen(line: str) -> None:
    assert list(creations(f"import a\n{line}\n")) == [2]
