"""CONTRIBUTING.md names files that exist."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")

PATHS = sorted(path for path in set(re.findall(r"`([\w./-]+)`", TEXT)) if re.search(r"/|\.(py|md|toml)$", path))
PLACEHOLDER = re.compile(r"NAME|000N|^conftest\.py$")
"""Names of a kind of file, and not of one file."""


def test_every_file_that_it_names_exists() -> None:
    named = [path for path in PATHS if not PLACEHOLDER.search(path)]
    assert "domain/order.py" in named
    roots = (ROOT, ROOT / "src", ROOT / "src/pedidos", ROOT / "src/pedidos/processes")
    assert [path for path in named if not any((root / path).exists() for root in roots)] == []
