"""Files of others that pages load are what they claim to be."""

import hashlib
import tomllib
from pathlib import Path

import pytest

from tests.support.checkout import ROOT

FOLDERS = {
    ROOT / "src/pedidos/processes/web/vendor.toml": ROOT / "src/pedidos/processes/web/static/vendor",
    ROOT / "tests/pages/vendor.toml": ROOT / "tests/pages/vendor",
}


@pytest.mark.parametrize(("manifest", "folder"), FOLDERS.items(), ids=lambda path: path.name)
def test_files_of_others_are_listed_with_their_hash_and_licence(manifest: Path, folder: Path) -> None:
    listed = tomllib.loads(manifest.read_text("utf-8"))
    found = {path.name: path for path in folder.iterdir() if not path.name.startswith("LICENSE")}
    assert found.keys() == listed.keys()
    licences = "".join(path.read_text("utf-8") for path in folder.glob("LICENSE*"))
    for name, facts in listed.items():
        assert hashlib.sha256(found[name].read_bytes()).hexdigest() == facts["sha256"], name
        assert name in licences
