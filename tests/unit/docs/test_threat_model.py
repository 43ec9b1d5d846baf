"""The threat model names a test for each threat, and each of these tests is there."""

import re

import pytest

from tests.support.checkout import ROOT

TEXT = (ROOT / "docs" / "threat-model.md").read_text("utf-8")
TABLE = TEXT.partition("| threat |")[2]
THREATS = [line for line in TABLE.splitlines()[2:] if line.startswith("|")]
NAMED = re.findall(r"`([\w/]+\.py)::(\w+)`", TEXT)


def test_there_are_threats() -> None:
    assert len(THREATS) >= 20


@pytest.mark.parametrize("threat", THREATS, ids=lambda threat: threat.split("|")[1].strip())
def test_each_threat_has_a_defence_and_a_test(threat: str) -> None:
    _, _, defence, tests, _ = threat.split("|")
    assert defence.strip()
    assert re.fullmatch(r"(?:, )?(?:`[\w/]+\.py::test_\w+`(?:, )?)+", tests.strip())


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_each_named_test_is_there(path: str, name: str) -> None:
    assert re.search(rf"^def {name}\(", (ROOT / "tests" / path).read_text("utf-8"), re.MULTILINE)


def test_code_that_is_named_is_there() -> None:
    for path in re.findall(
        r"`((?:processes|security|storage|steps|messaging|payments|pedidos_local)/[\w/]+\.py|logs\.py)`", TABLE
    ):
        folder = ROOT / "src" if path.startswith("pedidos_") else ROOT / "src" / "pedidos"
        assert (folder / path).is_file(), path
