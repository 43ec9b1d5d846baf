"""In which zone a page shows times: that of a shop for its own, otherwise that of the reader's browser."""

import re
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask

from pedidos.processes.web import zones

TEMPLATES = [
    path
    for package in ("pedidos/processes/web", "pedidos_classroom")
    for path in (Path(zones.__file__).parents[3] / package / "templates").rglob("*.html")
]
ZONES = {"zone", "shop.time_zone", "shop.merchant.time_zone"}


@pytest.mark.parametrize(
    ("cookie", "zone"),
    [
        ("America/Sao_Paulo", "America/Sao_Paulo"),
        ("Pacific/Auckland", "Pacific/Auckland"),
        ("Mars/Olympus", "UTC"),
        ("../../etc/passwd", "UTC"),
        ("x" * 10_000, "UTC"),
        ("", "UTC"),
    ],
)
def test_the_browser_says_it(cookie: str, zone: str) -> None:
    with Flask(__name__).test_request_context(headers={"Cookie": f"{zones.COOKIE}={quote(cookie, safe='')}"}):
        assert zones.zone() == zone


def test_without_a_cookie_it_is_utc() -> None:
    with Flask(__name__).test_request_context():
        assert zones.zone() == "UTC"


def test_no_template_has_a_zone_of_its_own() -> None:
    found = {
        zone.strip()
        for path in TEMPLATES
        for zone in re.findall(r"\|\s*(?:clock|moment|instant|long_day)\(([^)]*)\)", path.read_text("utf-8"))
    }
    assert found
    assert found <= ZONES
