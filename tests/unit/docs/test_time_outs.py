"""The page on time-outs names settings and files that exist."""

import re

from pedidos.settings.listing import variables
from pedidos_dev.documents.catalogue import ROOT
from pedidos_dev.readers import READERS

PAGE = (ROOT / "docs" / "time-outs.md").read_text("utf-8")
SOURCE = ROOT / "src"
PACKAGE = SOURCE / "pedidos"


def test_every_setting_exists() -> None:
    named = set(re.findall(r"PEDIDOS_([A-Z_]+)", PAGE))
    assert named
    assert {f"PEDIDOS_{name}" for name in named} <= {each.name for each in variables(READERS)}


def test_every_file_exists() -> None:
    for path in re.findall(r"`([a-z_/-]+/[A-Za-z_]+(?:\.py)?)`", PAGE):
        places = (ROOT / path, SOURCE / path, PACKAGE / path, PACKAGE / "processes" / path)
        assert any(place.exists() for place in places), path


def test_every_constant_exists() -> None:
    source = "\n".join(file.read_text("utf-8") for file in SOURCE.rglob("*.py"))
    for name in re.findall(r"`([A-Z][A-Z_]+|[a-z]+_[a-z_]+)`", PAGE):
        assert name.startswith("PEDIDOS_") or name in source, name
