"""The security checklist has each requirement once, and names tests that are there."""

import re
from collections import Counter

import pytest

from tests.support.checkout import ROOT

TEXT = (ROOT / "docs" / "security-checklist.md").read_text("utf-8")
ROWS = re.findall(r"^\| ([\d., ]+|API\d.*?) \| (\S+) \| (.*) \|$", TEXT, re.MULTILINE)
NAMED = re.findall(r"`([\w/]+\.py)(?:::(\w+))?`", TEXT)
PER_CHAPTER = {
    1: 27,
    2: 11,
    3: 19,
    4: 10,
    5: 9,
    6: 35,
    7: 18,
    8: 7,
    9: 7,
    10: 29,
    11: 14,
    12: 9,
    13: 13,
    14: 9,
    15: 13,
    16: 16,
    17: 7,
}
"""Requirements of levels 1 and 2 in ASVS 5.0.0."""


def test_each_requirement_has_a_row() -> None:
    listed = [one for named, _, _ in ROWS if "API" not in named for one in named.split(", ")]
    assert [one for one, times in Counter(listed).items() if times > 1] == []
    assert Counter(int(one.partition(".")[0]) for one in listed) == PER_CHAPTER
    assert len([named for named, _, _ in ROWS if named.startswith("API")]) == 10


def test_each_row_says_whether_it_is_met_and_why() -> None:
    assert {met for _, met, _ in ROWS} <= {"yes", "partly", "no", "–"}
    assert all(where.strip() for _, _, where in ROWS)


@pytest.mark.parametrize(("path", "name"), sorted(set(NAMED)))
def test_what_is_named_is_there(path: str, name: str) -> None:
    folders = (ROOT / "tests", ROOT / "src", ROOT / "src" / "pedidos")
    (file,) = (folder / path for folder in folders if (folder / path).is_file())
    assert not name or re.search(rf"^def {name}\(", file.read_text("utf-8"), re.MULTILINE)
