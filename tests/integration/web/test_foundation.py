"""What all pages have in common: languages, errors, headers, files, and who may send forms."""

import re
from pathlib import Path

import pytest

from tests.support.pages import Visitor
from tests.support.processes import ServingProcess

PORTUGUESE = "pt-BR,pt;q=0.9,en;q=0.8"


def test_the_first_page_shows_the_shops(visitor: Visitor) -> None:
    answer = visitor.get("/")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "<b>Ana</b>" in answer.text
    assert "<b>Bia</b>" in answer.text


@pytest.mark.parametrize(
    ("language", "tag", "text"),
    [(PORTUGUESE, "pt-BR", "Esta página não existe"), ("en", "en", "There is no such page")],
)
def test_a_page_that_is_not_there_says_so_in_the_readers_language(
    visitor: Visitor, language: str, tag: str, text: str
) -> None:
    answer = visitor.get("/nothing", **{"Accept-Language": language})
    assert answer.status_code == 404
    assert f'<html lang="{tag}">' in answer.text
    assert f"<h1>{text}</h1>" in answer.text
    assert answer.headers["X-Request-Id"] in answer.text


def test_a_choice_of_language_is_kept_and_leads_back(visitor: Visitor) -> None:
    answer = visitor.post("/language", {"language": "pt_BR", "next": "/?a=1"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/?a=1")
    assert "Secure; HttpOnly; Path=/; SameSite=Lax" in answer.headers["Set-Cookie"]
    assert '<html lang="pt-BR">' in visitor.get("/").text
    visitor.post("/language", {"language": "xx", "next": "/"})
    assert '<html lang="pt-BR">' in visitor.get("/").text


def test_a_form_of_another_site_is_refused(visitor: Visitor) -> None:
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {}):
        answer = visitor.ask("POST", "/language", headers, {"language": "pt_BR"})
        assert answer.status_code == 403
        assert "did not come from one of our pages" in answer.text
        assert "Set-Cookie" not in answer.headers


def test_each_answer_has_its_headers(visitor: Visitor) -> None:
    for path in ("/", "/nothing"):
        headers = visitor.get(path).headers
        assert "script-src 'self'" in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Vary"] == "Cookie, Accept-Language"
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_files_can_be_kept_forever_and_those_of_another_version_get_ours_for_now(visitor: Visitor) -> None:
    addresses = set(re.findall(r'(?:href|src)="(/assets/[^"]+)"', visitor.get("/").text))
    assert len(addresses) >= 5
    for address in addresses:
        answer = visitor.get(address)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        version = address.split("/")[2]
        other = visitor.get(address.replace(version, "0" * 16))
        assert other.status_code == 200
        assert other.headers["Cache-Control"] == "no-store"
        assert other.content == answer.content
    for path in (f"/assets/{version}/%2e%2e/app.py", f"/assets/{version}/none.css", f"/assets/{version}", "/assets/x/"):
        assert visitor.get(path).status_code == 404


def test_a_form_that_is_too_large_is_refused(visitor: Visitor) -> None:
    answer = visitor.post("/language", {"language": "x" * 100_000})
    assert answer.status_code == 413
    assert "too much text" in answer.text


@pytest.mark.parametrize("path", ["//nothing", "/nothing/", "/%2f%2fevil.example", "/?" + "a=b&" * 500])
def test_no_address_leads_to_another_host(visitor: Visitor, path: str) -> None:
    assert "Location" not in visitor.get(path, Host="evil.example").headers


def test_the_process_says_that_it_can_serve(web: ServingProcess, visitor: Visitor) -> None:
    assert web.is_ready()
    assert web.is_alive()
    assert visitor.get("/livez").text == "ok\n"


def test_a_client_has_a_limit_for_all_pages(database_url: str, tmp_path: Path) -> None:
    web = ServingProcess("web", tmp_path, database_url=database_url, anonymous_per_minute=20)
    web.child.start()
    try:
        visitor = Visitor(web)
        # A new minute may begin meanwhile.
        answers = [visitor.get(path) for path in ("/", "/nothing") * 30]
        refused = [answer for answer in answers if answer.status_code == 429]
        assert len(refused) >= 20
        assert "<h1>Too many attempts</h1>" in refused[0].text
        assert 1 <= int(refused[0].headers["Retry-After"]) <= 60
        assert visitor.get("/livez").status_code == 200
    finally:
        web.child.end()
