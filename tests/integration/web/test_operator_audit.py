"""The audit log on a page and as a file: one trail, searched within limits, and its reading is noted."""

import csv
import json
import re
from datetime import UTC, datetime, timedelta
from io import StringIO
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from pedidos.domain.audit import Action, Entry, Outcome, Who
from pedidos.storage.audit_log import reading, searching, writing
from pedidos.storage.audit_log.searching import Search, oldest_first, search
from tests.integration.web.test_orders import signed_in
from tests.support.api import World
from tests.support.pages import Visitor
from tests.support.processes import ServingProcess

PAGE = "/operator/audit"


@pytest.fixture
def operator(web: ServingProcess, world: World) -> Visitor:
    return signed_in(web, world, "operator")


def note(engine: Engine, subject: str, who: Who, outcome: Outcome = Outcome.DONE, **detail: object) -> None:
    writing.record(engine, Entry(Action.PRODUCT_CHANGED, who, subject, outcome, detail))


def test_one_trail_for_pages_and_commands(operator: Visitor, world: World, engine: Engine) -> None:
    subject = f"product-{uuid4()}"
    note(engine, subject, Who(world.accounts["merchant"], "merchant", client="192.0.2.1"), name="<b>x</b>")
    note(engine, subject, Who(local_user="ana"), Outcome.REFUSED)
    page = operator.get(f"{PAGE}?subject={subject}").text
    assert world.emails["merchant"] in page
    assert "192.0.2.1" in page
    assert ">ana</a>" in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page
    assert "<b>x</b>" not in page
    newest = reading.newest(engine, reading.Filter(Action.AUDIT_READ), None, 1)[0]
    assert newest.account_id == world.accounts["operator"]
    for query in (f"person={world.emails['merchant'].upper()}", f"person={world.accounts['merchant']}"):
        found = operator.get(f"{PAGE}?subject={subject}&{query}").text
        assert "192.0.2.1" in found
        assert ">ana</a>" not in found
    assert ">ana</a>" in operator.get(f"{PAGE}?subject={subject}&person=ana&outcome=refused&action=product").text
    for nothing in ("person=nobody@pedidos.example", "action=key", "since=2099-01-01T00:00", "until=2001-01-01T00:00"):
        assert "No entry matches" in operator.get(f"{PAGE}?subject={subject}&{nothing}").text


def test_an_export_has_what_the_page_shows_and_is_noted(operator: Visitor, world: World, engine: Engine) -> None:
    subject = f"=product-{uuid4()}"
    for number in range(3):
        note(engine, subject, Who(world.accounts["merchant"], "merchant"), number=number)
    answer = operator.ask("GET", f"{PAGE}/export.csv", {}, params={"subject": subject})
    assert answer.headers["Content-Disposition"] == 'attachment; filename="audit.csv"'
    lines = list(csv.DictReader(StringIO(answer.text)))
    assert [line["subject"] for line in lines] == [f"'{subject}"] * 3
    assert [line["detail"] for line in lines] == [f'{{"number":{number}}}' for number in range(3)]
    answer = operator.ask("GET", f"{PAGE}/export.jsonl", {}, params={"subject": subject})
    entries = [json.loads(line) for line in answer.text.splitlines()]
    assert [entry["subject"] for entry in entries] == [subject] * 3
    assert [entry["number"] for entry in entries] == sorted(entry["number"] for entry in entries)
    noted = reading.newest(engine, reading.Filter(Action.AUDIT_EXPORTED), None, 2)
    assert [entry.detail["format"] for entry in noted] == ["jsonl", "csv"]
    assert {entry.detail["subject"] for entry in noted} == {subject}


def test_pages_follow_each_other_without_a_gap(operator: Visitor, engine: Engine) -> None:
    subject = f"product-{uuid4()}"
    for _ in range(70):
        note(engine, subject, Who(local_user="ana"))
    first = operator.get(f"{PAGE}?subject={subject}").text
    older = re.search(rf'href="(\?subject={subject}&amp;before=\d+)"', first)
    assert older is not None
    second = operator.get(PAGE + older[1].replace("&amp;", "&")).text
    numbers = [re.findall(r'class="n soft"[^>]*>(\d+)<', page) for page in (first, second)]
    assert [len(each) for each in numbers] == [50, 20]
    assert not set(numbers[0]) & set(numbers[1])


def test_a_search_reads_a_part_of_a_long_log_and_says_where_to_go_on(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "LOOKED_AT", 10)
    mark = f"user-{uuid4().hex[:8]}"
    note(engine, "the first", Who(local_user=mark))
    for _ in range(25):
        note(engine, "another", Who(local_user="ana"))
    wanted, before, reads = Search(local_user=mark), None, 0
    while True:
        found = search(engine, wanted, before, 5)
        reads += 1
        if found.entries or found.go_on is None:
            break
        before = found.go_on
    assert [entry.subject for entry in found.entries] == ["the first"]
    assert reads == 3
    assert [entry.subject for entry in oldest_first(engine, wanted, 5)] == ["the first"]


def test_times_are_found_among_the_numbers(engine: Engine) -> None:
    mark = f"user-{uuid4().hex[:8]}"
    for subject in ("before", "between", "after"):
        note(engine, subject, Who(local_user=mark))
    before, between, after = oldest_first(engine, Search(local_user=mark), 9)
    found = search(engine, Search(local_user=mark, since=between.at, until=after.at), None, 9)
    assert [entry.subject for entry in found.entries] == ["between"]
    assert search(engine, Search(local_user=mark, since=datetime.now(UTC) + timedelta(1)), None, 9) == ([], None)
    everything = search(engine, Search(local_user=mark, since=before.at), None, 9)
    assert [entry.subject for entry in everything.entries] == ["after", "between", "before"]


@pytest.mark.parametrize(
    "query",
    [
        "person=" + "x" * 10_000,
        "person=%00&subject=%00",
        "subject=<script>alert(1)</script>",
        "since=yesterday&until=0001-01-01T00:00",
        "action=x&outcome=y&before=z",
        "before=" + "9" * 30,
        "before=-1",
    ],
)
def test_nonsense_in_the_address_is_harmless(operator: Visitor, query: str) -> None:
    answer = operator.get(f"{PAGE}?{query}")
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
