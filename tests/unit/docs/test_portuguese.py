"""A document and its Portuguese version are kept in step: the same headings, commands, tables, figures and links."""

import re
from pathlib import Path

import pytest

from tests.support.checkout import ROOT
from tests.support.documents import commands

FOUND = [*ROOT.glob("*.pt-BR.md"), *sorted((ROOT / "docs").rglob("*.pt-BR.md"))]
PAIRS = [(path.with_name(path.name.replace(".pt-BR", "")), path) for path in FOUND]

_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")

pairs = pytest.mark.parametrize(("english", "portuguese"), PAIRS, ids=lambda path: path.name)


def test_the_pairs_are_found() -> None:
    names = {"README.md", "architecture.md", "operations.md", "teaching.md", "kubernetes.md", "backup.md"}
    assert {english.name for english, _ in PAIRS} == names


@pairs
def test_both_have_the_same_headings(english: Path, portuguese: Path) -> None:
    """Their levels: the words differ."""
    first, second = levels(english), levels(portuguese)
    assert second == first, f"{portuguese.name} has headings {headings(portuguese)}, {english.name} {headings(english)}"


@pairs
def test_both_have_the_same_commands(english: Path, portuguese: Path) -> None:
    first, second = (commands(path.read_text("utf-8")) for path in (english, portuguese))
    assert [each.text for each in second] == [each.text for each in first]
    assert [len(each.expected) for each in second] == [len(each.expected) for each in first]


@pairs
def test_both_have_the_same_blocks(english: Path, portuguese: Path) -> None:
    """Of each kind, with as many lines; lines of commands are the same up to their comments."""
    first, second = blocks(english), blocks(portuguese)
    assert [(kind, len(lines)) for kind, lines in second] == [(kind, len(lines)) for kind, lines in first]
    for (kind, ours), (_, theirs) in zip(second, first, strict=True):
        if kind == "sh":
            assert [line.partition("#")[0] for line in ours] == [line.partition("#")[0] for line in theirs]


@pairs
def test_both_have_the_same_tables(english: Path, portuguese: Path) -> None:
    """As many rows, and in each row as many cells, and the same code."""
    first, second = rows(english), rows(portuguese)
    assert [row.count("|") for row in second] == [row.count("|") for row in first]
    settings = re.compile(r"PEDIDOS_[A-Z_]+|\./pedidos [a-z-]+")
    assert [sorted(settings.findall(row)) for row in second] == [sorted(settings.findall(row)) for row in first]


@pairs
def test_both_have_the_same_paragraphs(english: Path, portuguese: Path) -> None:
    """As many paragraphs and entries of lists below each heading, so that no addition to one is missed in the other."""
    first, second = paragraphs(english), paragraphs(portuguese)
    different = [
        f"{one[0]}: {one[1]}, {two[0]}: {two[1]}" for one, two in zip(first, second, strict=True) if one[1] != two[1]
    ]
    assert not different


@pairs
def test_both_lead_to_the_same_documents(english: Path, portuguese: Path) -> None:
    """Except for each other, and for headings, which have other names."""
    assert english.name in targets(portuguese)
    assert portuguese.name in targets(english)
    others = [{document(target) for target in targets(path)} - {english.name} for path in (english, portuguese)]
    assert others[1] == others[0]


@pairs
def test_the_headings_that_a_link_names_are_there(english: Path, portuguese: Path) -> None:
    for path in (english, portuguese):
        for target in targets(path):
            name, mark, heading = target.partition("#")
            if mark and "://" not in name:
                known = {slug(each) for each in headings(path.parent / name if name else path)}
                assert heading in known, f"{path.name} links to {target}, which is not a heading"


def plain(path: Path) -> str:
    """The document without its blocks."""
    return _FENCED.sub("", path.read_text("utf-8"))


def headings(path: Path) -> list[str]:
    return re.findall(r"^(#+ .*)$", plain(path), re.MULTILINE)


def levels(path: Path) -> list[int]:
    return [len(each.split(" ")[0]) for each in headings(path)]


def paragraphs(path: Path) -> list[tuple[str, int]]:
    """The headings, each with the number of paragraphs and entries of lists below it."""
    found = []
    for section in re.split(r"^(?=#)", plain(path), flags=re.MULTILINE)[1:]:
        heading, _, text = section.partition("\n")
        starts = re.findall(r"^(?:- |\d+\. )|(?:\n\n|\A\n)(?!- |\d+\. |\|)(?=\S)", text, re.MULTILINE)
        found.append((heading, len(starts)))
    return found


def blocks(path: Path) -> list[tuple[str, list[str]]]:
    return [(kind, text.splitlines()) for kind, text in _FENCED.findall(path.read_text("utf-8"))]


def rows(path: Path) -> list[str]:
    return [line for line in plain(path).splitlines() if line.startswith("|")]


def targets(path: Path) -> set[str]:
    return {target for target in _LINK.findall(plain(path)) if not target.startswith("http")}


def document(target: str) -> str:
    return target.partition("#")[0].replace(".pt-BR", "")


def slug(heading: str) -> str:
    """The name of a heading in a link, as GitHub makes it."""
    words = heading.lstrip("# ").lower()
    return re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
