"""A compiled catalogue is kept, and is never that of an earlier text."""

from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

import pytest

from pedidos.texts import compiling
from pedidos.texts.compiling import compiled, place

SHOPS = b'msgid "Shops"\nmsgstr "%s"\n'


def says(binary: bytes) -> str:
    return GNUTranslations(BytesIO(binary)).gettext("Shops")


def test_a_catalogue_is_compiled_once_for_each_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "pt_BR.po"
    source.write_bytes(SHOPS % b"Lojas")
    assert says(compiled(source, "pt_BR")) == "Lojas"
    kept = place(source, source.read_bytes())
    assert says(kept.read_bytes()) == "Lojas"
    with monkeypatch.context() as context:
        context.setattr(compiling, "_compile", None)  # it is not called again
        assert says(compiled(source, "pt_BR")) == "Lojas"
    source.write_bytes(SHOPS % b"Mercados")
    assert says(compiled(source, "pt_BR")) == "Mercados"
    assert [path.name for path in kept.parent.iterdir()] == [place(source, source.read_bytes()).name]


def test_a_folder_that_cannot_be_written_to_is_left_alone(tmp_path: Path) -> None:
    source = tmp_path / "pt_BR.po"
    source.write_bytes(SHOPS % b"Lojas")
    (tmp_path / "__pycache__").write_text("a file in place of the folder")
    assert says(compiled(source, "pt_BR")) == "Lojas"
    assert (tmp_path / "__pycache__").read_text() == "a file in place of the folder"
