"""The tables in docs/api are those of the code."""

from pathlib import Path

import pytest

from pedidos_dev.documents.api_tables import tables

DOCS = Path(__file__).parents[3] / "docs" / "api"


@pytest.mark.parametrize("name", ["permissions.md", "problems.md"])
def test_the_document_is_up_to_date(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == tables()[name]
