"""Lines of the checkout, for pages that lead to the code."""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[3]
MOST_LINES = 60


@dataclass(frozen=True, slots=True)
class Excerpt:
    """first: the number of its first line. cut: whether there is more."""

    path: str
    first: int
    text: str
    cut: bool


@cache
def excerpt(path: str, symbol: str) -> Excerpt:
    """The lines of a function or class. Raises LookupError if the file has none of this name."""
    source = (ROOT / path).read_text("utf-8")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef) and node.name == symbol:
            end = node.end_lineno or node.lineno
            last = min(end, node.lineno + MOST_LINES - 1)
            text = "\n".join(source.splitlines()[node.lineno - 1 : last])
            return Excerpt(path, node.lineno, text, last < end)
    raise LookupError(f"{path} has no {symbol}.")
