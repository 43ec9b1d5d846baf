"""What templates may not contain: the policy for browsers refuses it, or it would not be translated."""

import re
from pathlib import Path

import pytest

from pedidos.messaging.contracts import EVENT_TYPES
from pedidos.processes.web import layout
from tests.support.checkout import ROOT

FOLDER = ROOT / "src/pedidos/processes/web"
TEMPLATES = sorted(
    path for folder in (FOLDER, ROOT / "src/pedidos_classroom") for path in (folder / "templates").rglob("*.html")
)

INLINE = {
    "a script": r"<script(?![^>]*\ssrc=)",
    "a style": r"<style|\sstyle=",
    "a handler": r"\son\w+=",
    "htmx that needs eval": r"hx-on|hx-trigger=\"[^\"]*\[|\bjs:|javascript:",
}

JINJA = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}", re.DOTALL)
TAG = re.compile(r"<[^>]*>", re.DOTALL)
SHOWN = re.compile(r"\b(?:alt|title|placeholder|aria-label)=\"([^\"]*)\"")
NAMES = {"pedidos"}


def words(template: str) -> set[str]:
    """The words that a template shows as they are, in every language."""
    bare = JINJA.sub(" ", template)
    shown = " ".join([TAG.sub(" ", bare), *SHOWN.findall(bare)])
    return set(re.findall(r"[^\W\d_]{2,}", re.sub(r"&\w+;", " ", shown)))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_nothing_inline(path: Path) -> None:
    for what, pattern in INLINE.items():
        assert not re.search(pattern, path.read_text("utf-8")), what


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_text_that_has_only_one_language(path: Path) -> None:
    assert words(path.read_text("utf-8")) <= NAMES


def test_such_texts_are_found() -> None:
    assert words('<p title="Hello">{{ _("a") }} world{# no #}</p>') == {"Hello", "world"}


def test_scripts_contain_no_texts_and_no_eval() -> None:
    for path in FOLDER.joinpath("static/js").rglob("*.js"):
        assert not re.search(r"\beval\(|new Function|innerHTML", path.read_text("utf-8")), path.name


def test_pages_listen_for_every_event_of_an_order() -> None:
    text = FOLDER.joinpath("static/js/events.js").read_text("utf-8")
    listed = re.search(r"const ORDER_EVENTS = \[(.*?)\]", text, re.DOTALL)
    assert listed is not None
    assert {f"order.{name}" for name in re.findall(r'"(\w+)"', listed[1])} == set(EVENT_TYPES)


def test_the_policy_lets_nothing_inline_run_and_no_page_be_framed() -> None:
    assert "script-src 'self';" in layout.POLICY
    assert "frame-ancestors 'none'" in layout.POLICY
    assert "unsafe" not in layout.POLICY
