"""The tables in docs/api are those of the code."""

import pytest

from pedidos_dev.documents.api_tables import tables
from tests.support.checkout import ROOT

DOCS = ROOT / "docs" / "api"


@pytest.mark.parametrize("name", ["permissions.md", "problems.md"])
def test_the_document_is_up_to_date(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == tables()[name]
