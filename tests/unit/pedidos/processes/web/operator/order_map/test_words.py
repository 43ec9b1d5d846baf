"""What the map says, in the language of the page."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from pedidos.domain.order import Status
from pedidos.domain.steps import Step
from pedidos.processes.web import languages
from pedidos.processes.web.operator.order_map.facts import facts
from pedidos.processes.web.operator.order_map.places import Place
from pedidos.processes.web.operator.order_map.standing import Standing, Why
from pedidos.processes.web.operator.order_map.view import MapView, view_of
from pedidos.processes.web.operator.order_map.words import BECAUSE, HEADLINES, explanation, headline
from tests.unit.pedidos.processes.web.operator.order_map.recordings import (
    CONFIRMED,
    DECLINED,
    KILLED,
    NAMES,
    SLOW,
    TOGETHER,
    Recording,
    recorded,
)

LATER = timedelta(minutes=1)


@contextmanager
def page(language: str = "en") -> Iterator[None]:
    """Inside, texts are those of a page in this language."""
    app = Flask("words")
    languages.install(app)
    with app.test_request_context(headers={"Accept-Language": language}):
        yield


def shown(recording: Recording, *, traced: bool = True, internal: bool = True) -> MapView:
    return view_of(recording.found, recording.spans, "UTC", traced=traced, internal=internal)


def later(recording: Recording) -> Recording:
    return Recording(replace(recording.found, at=recording.found.at + LATER), recording.spans)


def test_a_heading_says_what_became_of_the_order() -> None:
    with page():
        assert shown(recorded(CONFIRMED)).words.headline == "Confirmed after 87 ms"
        assert shown(recorded(DECLINED)).words.headline.startswith("Ended after")
        assert shown(recorded(KILLED).at(timedelta(seconds=1.8))).words.headline == "It waits in the queue for a worker"
        assert shown(recorded(CONFIRMED).at(timedelta(milliseconds=20))).words.headline == "It is on its way"
    with page("pt-BR"):
        assert shown(recorded(CONFIRMED)).words.headline == "Confirmado em 87 ms"


@pytest.mark.parametrize("language", ["en", "pt-BR"])
@pytest.mark.parametrize("why", Why)
def test_each_wait_has_a_heading_and_a_reason(language: str, why: Why) -> None:
    found = recorded(CONFIRMED).found
    since, until = found.at - timedelta(seconds=8), found.at + timedelta(seconds=9)
    now = Standing(Place.WORKER, why, Step.CHARGE, since, until, 3, "no answer.", waiting=True)
    with page(language):
        assert headline(found, now) == str(HEADLINES[why])
        text = explanation(found, now, "UTC")
        assert "%(" not in text
        assert ".." not in text
        assert until.strftime("%H:%M:%S") in text
        assert text != explanation(found, replace(now, until=None), "UTC")
        assert explanation(found, replace(now, waiting=False), "UTC") == ""
    assert set(BECAUSE) == set(Why)


def test_the_boxes_say_who_worked_and_what_matters() -> None:
    with page():
        confirmed = shown(recorded(CONFIRMED)).captions
        slow = shown(recorded(SLOW)).captions
    assert confirmed[Place.API].title == "api-1"
    assert confirmed[Place.API].lines[0].startswith("202 · ")
    assert confirmed[Place.LOG].lines == ["versions 1 … 6"]
    assert confirmed[Place.KAFKA].lines[0].startswith("partition ")
    assert confirmed[Place.EDGE].title == "edge"
    assert confirmed[Place.WORKER] == ("worker-1", ["confirm", "lease 1, attempt 1"], "worker-1")
    assert slow[Place.WORKER].lines == ["confirm", "lease 4, attempt 4"]
    assert slow[Place.GATEWAY] == ("gateway", ["captured"], "")


def test_the_map_says_which_steps_were_one_commit() -> None:
    with page():
        seen = shown(recorded(TOGETHER))
    said = [step.text for step in seen.steps]
    assert "worker-1: validate, reserve, charge in one commit" in said
    assert "worker-1: charge, confirm in one commit" in said
    assert seen.captions[Place.WORKER].lines == ["2 steps, one commit", "lease 1, attempt 1"]
    assert [(bar.name, bar.event) for bar in seen.bars if bar.name in ("validate", "charge")] == [
        ("validate", "reserve"),
        ("charge", "confirm"),
    ]
    with page("pt-BR"):
        assert shown(recorded(TOGETHER), internal=False).captions[Place.WORKER].lines == ["2 etapas, um commit"]


@pytest.mark.parametrize("name", NAMES)
def test_no_process_is_named_to_those_who_do_not_run_the_platform(name: str) -> None:
    with page():
        seen = shown(recorded(name), internal=False)
    said = [step.text for step in seen.steps]
    for caption in seen.captions.values():
        said += [caption.title, *caption.lines]
    assert not [text for text in said if "-1" in text]


def test_what_is_missing_is_said() -> None:
    whole = later(recorded(CONFIRMED))
    with page():
        assert shown(whole).words.missing == []
        untraced = shown(whole.without_spans(), traced=False).words.missing
        assert len(untraced) == 1
        assert "is not traced" in untraced[0]
        (gone,) = shown(whole.without_spans()).words.missing
        assert "no spans of this order" in gone
        without_worker = [span for span in whole.spans if span.process != "worker"]
        (some,) = shown(Recording(whole.found, without_worker)).words.missing
        assert "worker, gateway." in some
        old = replace(whole.found, commits=whole.found.commits[2:])
        assert "no longer kept" in shown(Recording(old, whole.spans)).words.missing[0]


def test_spans_that_may_still_come_are_not_missed() -> None:
    with page():
        young = recorded(CONFIRMED)
        found = replace(young.found, at=young.found.summary.updated_at + timedelta(milliseconds=100))
        assert shown(Recording(found, [])).words.missing == []


def test_the_facts_of_a_place_are_its_rows_and_its_spans() -> None:
    recording = recorded(SLOW)
    with page():
        sections = {section.title: section for section in facts(Place.WORKER, *recording, "UTC")}
        payment = sections["Row in payments"].rows
        assert ("lease", "4") in payment
        assert ("idempotency key", f"charge:{recording.found.summary.id}") in payment
        assert "Span charge" in sections
        log = {section.title: section for section in facts(Place.LOG, *recording, "UTC")}
        assert [row[1] for row in log["Rows in order_events"].rows] == [each.type for each in recording.found.commits]
        assert facts(Place.EDGE, *recording, "UTC") == []


def test_a_step_of_the_way_has_its_time() -> None:
    with page():
        steps = shown(recorded(CONFIRMED)).steps
        bare = shown(recorded(CONFIRMED).without_spans()).steps
    assert steps[0].after_ms == 0
    assert all(step.after_ms is not None for step in steps)
    assert [step.place for step in bare] == [step.place for step in steps]
    assert None in [step.after_ms for step in bare]


def test_a_finished_page_listens_while_people_may_still_move_the_order() -> None:
    with page():
        assert shown(recorded(CONFIRMED)).follows
        found, spans = recorded(CONFIRMED)
        delivered = replace(found, summary=replace(found.summary, status=Status.DELIVERED))
        assert not shown(Recording(delivered, spans)).follows
