"""Dead letters on the pages: by cause, readable, and what is asked of them is done once. The test is the scheduler."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine

from pedidos.dead_letters.jobs import run_due
from pedidos.dead_letters.service import DeadLetterService
from pedidos.domain.audit import Who
from pedidos.storage.audit_log import reading
from pedidos.storage.dead_letters.letters import Filter, actions, find, write
from tests.integration.dead_letters.work import Sent
from tests.integration.web.test_orders import signed_in
from tests.support.api import World
from tests.support.pages import Visitor
from tests.support.processes import ServingProcess
from tests.support.signing import KEYS
from tests.support.tables import change

LIST = "/operator/dead-letters"
EVIL = b'{"order_id": 5, "note": "<script>alert(1)</script>", "bell": "\\u0007"}'
JOB = re.compile(r"/operator/dead-letters/jobs/[0-9a-f-]{36}")


@pytest.fixture
def operator(web: ServingProcess, world: World) -> Visitor:
    return signed_in(web, world, "operator")


@pytest.fixture
def forged(engine: Engine) -> list[UUID]:
    """Three letters of one cause, and one of another."""
    change(engine, "delete from dead_letters")
    headers = [("ce_type", b"\xff\x00"), ("<i>", b"<b>bold</b>")]
    for offset in range(3):
        write(
            engine,
            "bridge",
            f"pedidos.orders.placed/0/{offset}",
            "The record is not signed.",
            None,
            EVIL,
            b"k",
            headers,
        )
    write(engine, "bridge", "pedidos.orders.placed/0/9", "<b>Not</b> JSON", None, b"x" * 10_000, b"k")
    return [letter.id for letter in reversed(find(engine, Filter(reason="not signed"), 9))]


def schedule(engine: Engine) -> None:
    """What the scheduler does with the jobs."""
    sent = Sent()

    @contextmanager
    def senders() -> Iterator[Callable[[Who], DeadLetterService]]:
        yield lambda who: DeadLetterService(engine, who, KEYS, sent.hint, sent.publish)

    assert run_due(engine, senders, 100, lambda: True)


def form(operator: Visitor, path: str = LIST, **fields: object) -> dict[str, object]:
    """What the buttons of a page send."""
    key = re.search(r'name="key" value="([^"]+)"', operator.get(path).text)
    assert key is not None
    return {"key": key[1], "scope": "matching", "deed": "preview"} | fields


def ask(operator: Visitor, engine: Engine, fields: dict[str, object]) -> str:
    """The page of the job, once it is done."""
    answer = operator.post(f"{LIST}/jobs", fields)
    assert answer.status_code == 303, answer.text
    assert JOB.fullmatch(answer.headers["Location"])
    schedule(engine)
    return operator.get(answer.headers["Location"]).text


def test_letters_are_grouped_by_cause_and_a_cause_leads_to_its_letters(operator: Visitor, forged: list[UUID]) -> None:
    page = operator.get(LIST).text
    assert "4 dead letters wait for you" in page
    assert "&lt;b&gt;Not&lt;/b&gt; JSON" in page
    assert "<b>Not</b>" not in page
    query = re.search(r'href="\?(source=bridge&amp;cause=The[^"]+)"', page)
    assert query is not None
    narrowed = operator.get(f"{LIST}?{query[1].replace('&amp;', '&')}").text
    assert "All 3 that match" in narrowed
    assert all(str(letter_id) in narrowed for letter_id in forged)
    assert "Not&lt;/b&gt; JSON</a></td>" not in narrowed


def test_a_record_is_readable_and_stays_text(operator: Visitor, forged: list[UUID], engine: Engine) -> None:
    page = operator.get(f"{LIST}/{forged[0]}?text=signed").text
    assert '<h1 lang="en">The record is not signed.</h1>' in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert "&lt;b&gt;bold&lt;/b&gt;" in page
    assert "000000 ff 00" in " ".join(page.split())
    assert f'href="{LIST}?text=signed"' in page
    (long,) = find(engine, Filter(reason="JSON"), 9)
    assert "x" * 10_000 in operator.get(f"{LIST}/{long.id}").text
    assert operator.get(f"{LIST}/{uuid4()}").status_code == 404
    entries = reading.newest(engine, reading.Filter(subject=str(forged[0])), None, 9)
    assert [entry.action for entry in entries] == ["dead_letter.read"]


def test_a_dry_run_a_discard_and_the_same_form_again(operator: Visitor, forged: list[UUID], engine: Engine) -> None:
    shown = {"source": "bridge", "text": "signed"}
    page = ask(operator, engine, form(operator, **shown))
    assert "Dry run: 0 of 3 can be replayed" in page
    assert "the record would be refused again: The record is not signed." in page
    assert f'href="{LIST}?source=bridge&amp;text=signed"' in page
    assert len(find(engine, Filter(), 9)) == 4

    fields = form(operator, scope="these", letter=[str(each) for each in forged[:2]], deed="discard", reason="forged")
    fields |= shown
    first = operator.post(f"{LIST}/jobs", fields).headers["Location"]
    assert operator.post(f"{LIST}/jobs", fields).headers["Location"] == first
    assert "Discarding: 0 of 2" in operator.get(first).text
    schedule(engine)
    assert operator.post(f"{LIST}/jobs", fields).headers["Location"] == first
    schedule(engine)
    page = operator.get(f"{first}/now").text
    assert "Discarded 2 of 2" in page
    assert "data-changing" not in page
    (action,) = actions(engine, forged[0])
    assert action.note == "forged"
    entries = reading.newest(engine, reading.Filter("dead_letter.discarded", subject=str(forged[0])), None, 9)
    assert [(entry.outcome, entry.role) for entry in entries] == [("done", "operator")]
    trail = operator.get(f"{LIST}/{forged[0]}").text
    assert "discarded" in trail
    assert action.done_by in trail
    assert 'name="deed"' not in trail


def test_the_letters_of_a_dry_run_are_those_that_are_replayed(
    operator: Visitor, forged: list[UUID], engine: Engine
) -> None:
    answer = operator.post(f"{LIST}/jobs", form(operator, text="signed"))
    schedule(engine)
    earlier = answer.headers["Location"].rpartition("/")[2]
    write(engine, "bridge", "pedidos.orders.placed/0/77", "The record is not signed.", None, EVIL, b"k")
    again = form(operator, answer.headers["Location"], scope="earlier", earlier=earlier, deed="replay")
    page = ask(operator, engine, again)
    assert "Replayed 0 of 3" in page
    assert "placed/0/77" not in page
    assert len(actions(engine, forged[0])) == 1


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"deed": "discard", "reason": ""}, 400, "Say why you give them up"),
        ({"deed": "discard", "reason": "\0 "}, 303, ""),
        ({"deed": "discard", "reason": "x" * 10_000}, 400, "The reason has 10000 characters. Shorten it to 500."),
        ({"scope": "these"}, 400, "No letter was ticked"),
        ({"scope": "these", "letter": "five"}, 400, "could not be read"),
        ({"scope": "these", "letter": [str(uuid4())] * 300}, 400, "could not be read"),
        ({"scope": "these", "letter": str(uuid4())}, 303, ""),
        ({"scope": "all"}, 400, "could not be read"),
        ({"scope": "earlier", "earlier": str(uuid4())}, 303, ""),
        ({"scope": "earlier", "earlier": "1"}, 400, "could not be read"),
        ({"deed": "delete"}, 400, "could not be read"),
        ({"key": "1"}, 400, "could not be read"),
        ({"text": "<script>alert(1)</script>" * 400}, 303, ""),
        ({"cause": "é" * 10_000}, 303, ""),
    ],
)
def test_an_edited_form_does_nothing_and_says_so(
    operator: Visitor, engine: Engine, forged: list[UUID], fields: dict[str, object], status: int, words: str
) -> None:
    fields = {"text": "nothing has this"} | fields
    answer = operator.post(f"{LIST}/jobs", form(operator) | fields)
    assert answer.status_code == status, answer.text
    assert words in answer.text
    assert "<script>alert" not in answer.text
    schedule(engine)
    assert len(find(engine, Filter(), 9)) == 4
    assert forged


def test_a_filter_that_makes_no_sense_shows_all(operator: Visitor, forged: list[UUID]) -> None:
    assert forged
    for query in ("source=x&status=y&since=z&before=1", "before=<b>", "text=%00"):
        page = operator.get(f"{LIST}?{query}")
        assert page.status_code == 200
        assert "4 dead letters wait" in page.text
    assert "No letter matches" in operator.get(f"{LIST}?status=replayed").text


@pytest.mark.parametrize("name", ["customer", "merchant"])
def test_others_neither_see_nor_ask(
    web: ServingProcess, world: World, engine: Engine, forged: list[UUID], name: str
) -> None:
    other = signed_in(web, world, name)
    for path in (LIST, f"{LIST}/{forged[0]}", f"{LIST}/jobs/{uuid4()}"):
        assert other.get(path).status_code == 403
    answer = other.post(f"{LIST}/jobs", {"key": str(uuid4()), "scope": "matching", "deed": "discard", "reason": "x"})
    assert answer.status_code == 403
    schedule(engine)
    assert len(find(engine, Filter(), 9)) == 4


def test_a_form_of_another_site_asks_for_nothing(operator: Visitor, engine: Engine, forged: list[UUID]) -> None:
    fields = form(operator, deed="discard", reason="x")
    answer = operator.post(f"{LIST}/jobs", fields, **{"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    schedule(engine)
    assert len(find(engine, Filter(), 9)) == 4
    assert forged


def test_a_job_is_stopped_once_and_says_so(operator: Visitor, forged: list[UUID], engine: Engine) -> None:
    assert len(forged) == 3
    page = operator.post(f"{LIST}/jobs", form(operator, text="signed", deed="replay")).headers["Location"]
    assert f'action="{page}/stop"' in operator.get(page).text
    for _ in range(2):  # a double click
        assert operator.post(f"{page}/stop", {}).headers["Location"] == page
    schedule(engine)
    shown = operator.get(page).text
    assert "Stopped: replayed 0 of 3" in shown
    assert "What was done stays done" in shown
    assert "/stop" not in shown
    assert "data-changing" not in shown
    assert len(find(engine, Filter(), 9)) == 4
    subject = page.rpartition("/")[2]
    assert len(reading.newest(engine, reading.Filter("dead_letter_job.stopped", subject=subject), None, 9)) == 1
    assert operator.post(f"{LIST}/jobs/{uuid4()}/stop", {}).status_code == 303
