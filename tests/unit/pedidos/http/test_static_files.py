"""Static files: an address names contents, and what the edge gets lies where the address says."""

import gzip
import re
from collections.abc import Mapping
from pathlib import Path

from pedidos.http.static_files import StaticFiles, media_type, static_files


def folder_with(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


def test_other_contents_have_another_address(tmp_path: Path) -> None:
    before = StaticFiles.of([folder_with(tmp_path / "a", {"js/page.js": "one"})]).addresses["js/page.js"]
    after = StaticFiles.of([folder_with(tmp_path / "b", {"js/page.js": "other"})]).addresses["js/page.js"]
    assert re.fullmatch(r"/assets/[0-9a-f]{16}/js/page\.js", before)
    assert before != after


def test_a_file_that_names_another_one_changes_its_address_with_it(tmp_path: Path) -> None:
    shared = {"page.js": 'import "./part.js"', "part.js": "one"}
    before = StaticFiles.of([folder_with(tmp_path / "a", shared)]).addresses
    after = StaticFiles.of([folder_with(tmp_path / "b", {**shared, "part.js": "other"})]).addresses
    assert before["page.js"] != after["page.js"]


def test_a_page_of_another_version_gets_the_file_of_the_same_name(tmp_path: Path) -> None:
    files = StaticFiles.of([folder_with(tmp_path, {"js/page.js": "one", "openapi.json": "{}"})])
    own = files.addresses["js/page.js"].removeprefix("/assets/")
    assert files.asset(own) == (tmp_path / "js" / "page.js", True)
    assert files.asset("0123456789abcdef/js/page.js") == (tmp_path / "js" / "page.js", False)
    for path in ("0123456789abcdef/js/none.js", "0123456789abcdef/openapi.json", "js", "", "a/../js/page.js"):
        assert files.asset(path) is None


def test_the_edge_gets_each_file_under_its_address(tmp_path: Path) -> None:
    files = StaticFiles.of([folder_with(tmp_path / "from", {"js/page.js": "one", "openapi.json": "{}"})])
    written = tmp_path / "to"
    files.write(written)
    (written / "left over").touch()
    files.write(written)
    found = {f"/{path.relative_to(written)}": path.read_bytes() for path in written.rglob("*") if path.is_file()}
    whole = {address: content for address, content in found.items() if not address.endswith(".gz")}
    assert whole == {files.addresses["js/page.js"]: b"one", "/openapi.json": b"{}"}
    assert {address: gzip.decompress(found[f"{address}.gz"]) for address in whole} == whole


def test_the_files_of_the_packages_are_found() -> None:
    assert {"docs.js", "js/swagger-ui-bundle.js", "look/tokens.css"} <= set(static_files().addresses)
    assert "openapi.json" in static_files().by_path


def test_text_is_utf_8() -> None:
    assert media_type(Path("page.css")) == "text/css; charset=utf-8"
    assert media_type(Path("swagger.svg")) == "image/svg+xml"
