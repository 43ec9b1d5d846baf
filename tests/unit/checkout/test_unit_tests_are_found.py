"""A unit test is found by the name of what it tests, and every folder of tests is a package."""

from pathlib import Path

import pytest

from tests.support.checkout import ROOT

SOURCES, TESTS = ROOT / "src", ROOT / "tests"
UNIT = TESTS / "unit"
MIRRORED = [path for package in SOURCES.glob("pedidos*") for path in (UNIT / package.name).rglob("test_*.py")]


@pytest.mark.parametrize("path", MIRRORED, ids=lambda path: str(path.relative_to(UNIT)))
def test_its_name_begins_with_the_module_that_it_tests(path: Path) -> None:
    """src/a/b.py is tested by tests/unit/a/test_b.py, or, one behaviour of it, by test_b_and_what_it_does.py."""
    folder = SOURCES / path.parent.relative_to(UNIT)
    words = path.stem.removeprefix("test_").split("_")
    names = ["_".join(words[:count]) for count in range(1, len(words) + 1)]
    assert any((folder / f"{name}.py").is_file() or (folder / name / "__init__.py").is_file() for name in names), (
        f"There is no module in {folder.relative_to(ROOT)} of which {path.name} bears the name: move it to where its"
        " module is, or call it test_MODULE.py or test_MODULE_behaviour.py."
    )


def test_every_folder_of_tests_is_a_package() -> None:
    """Otherwise two modules of one name would be taken for each other."""
    folders = {path.parent for path in TESTS.rglob("*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").is_file()] == []
