"""SQL is in storage/ alone. ruff bans the imports (TID251 in pyproject.toml); no linter sees a method's name."""

import ast
from collections.abc import Iterator

import pytest

from tests.support.checkout import ROOT

SOURCES = ROOT / "src"

ALLOWED = (
    "pedidos/storage/",
    "pedidos/migrations/",
    "pedidos_drills/sql/",
    "pedidos_drills/mutants/",  # stand-ins for what is in storage
    "pedidos_dev/documents/described.py",  # the catalogue of PostgreSQL, for the document about the tables
    "pedidos_bench/sql/",
    "pedidos_bench/measures/floor",  # PostgreSQL alone
    "pedidos_bench/peers/",  # they have tables of their own
    "pedidos_bench/systems/peer_",
)
EXECUTES = frozenset({"exec_driver_sql", "execute"})
NOT_OURS = frozenset({"pedidos_gateway"})
"""The payment provider simulator keeps its book in SQLite."""


def executed(source: str) -> Iterator[int]:
    """The lines on which SQL is executed."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in EXECUTES:
            yield node.lineno


def test_no_process_executes_sql() -> None:
    found = [
        f"{name}:{line}"
        for path in sorted(SOURCES.rglob("*.py"))
        if not (name := path.relative_to(SOURCES).as_posix()).startswith(ALLOWED) and name.split("/")[0] not in NOT_OURS
        for line in executed(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    "line", ["connection.exec_driver_sql('select 1')", "in_statement(engine, lambda c: c.execute(text('select 1')))"]
)
def test_what_executes_sql_is_seen(line: str) -> None:
    assert list(executed(f"import a\n{line}\n")) == [2]
