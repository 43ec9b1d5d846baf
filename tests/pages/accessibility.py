"""axe-core in a page: the rules of WCAG 2.2, levels A and AA."""

from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
"""One by one: in axe no tag includes another."""


@cache
def _source() -> str:
    return Path(__file__).with_name("vendor").joinpath("axe.min.js").read_text("utf-8")


def violations(page: Page) -> list[str]:
    """Each broken rule, with the elements that break it."""
    page.evaluate(_source())  # by the debugger: the page's policy lets no script of others in
    found: dict[str, Any] = page.evaluate("tags => axe.run(document, {runOnly: tags})", TAGS)
    return [
        f"{each['id']}: {each['help']}: {', '.join(node['target'][0] for node in each['nodes'])}"
        for each in found["violations"]
    ]


def overflow(page: Page) -> int:
    """How many pixels the page is wider than the window."""
    wider: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wider
