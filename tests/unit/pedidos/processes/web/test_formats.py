"""Numbers, durations and times on pages, in both languages."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from pedidos.processes.web import formats, languages


@pytest.fixture(params=["en", "pt-BR"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    """The language that the browser asks for, in a request of an app."""
    app = Flask(__name__)
    languages.install(app)
    with app.test_request_context(headers={"Accept-Language": request.param}):
        yield request.param


@pytest.mark.parametrize(
    ("seconds", "english"),
    [
        (0, "0 ms"),
        (0.0414, "41 ms"),
        (1, "1.0 s"),
        (8.24, "8.2 s"),
        (12.4, "12 s"),
        (119, "119 s"),
        (120, "2 min"),
        (7300, "2 h"),
        (5 * 86400, "5 d"),
        (50_000 * 86400, "50,000 d"),
    ],
)
def test_a_duration_has_its_largest_unit(language: str, seconds: float, english: str) -> None:
    exchanged = str.maketrans(",.", ".,") if language == "pt-BR" else {}
    assert formats.lasting(seconds) == english.translate(exchanged)


def test_a_number_is_grouped(language: str) -> None:
    assert formats.number(48211) == ("48,211" if language == "en" else "48.211")
    assert formats.number(0.96, 1) == ("1.0" if language == "en" else "1,0")


@pytest.mark.usefixtures("language")
def test_an_instant_has_its_date_if_that_is_not_today() -> None:
    noon = datetime.now(UTC).replace(hour=12, minute=1, second=30)
    shown = str(formats.instant(noon, "UTC"))
    assert shown.endswith(">12:01:30</time>")
    earlier = str(formats.instant(noon - timedelta(days=3), "UTC"))
    assert ", 12:01:30</time>" in earlier
    assert str((noon - timedelta(days=3)).day) in earlier.partition(">")[2]
