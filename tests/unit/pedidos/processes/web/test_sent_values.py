"""What a request has is taken, and what no form or page of ours sends is refused or is as if it were not there."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from flask import Flask
from pydantic import TypeAdapter
from werkzeug.exceptions import BadRequest

from pedidos.http.fields import Name
from pedidos.processes.web.sent_values import fits, form_key, form_seen, row_id

ID = UUID("01900000-0000-7000-8000-000000000001")
APP = Flask(__name__)


def test_the_values_of_a_form() -> None:
    with APP.test_request_context(data={"key": str(ID), "seen": "2030-05-02T12:00:00+00:00"}, method="POST"):
        assert form_key() == ID
        assert form_seen() == datetime(2030, 5, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize("text", [None, "", "1", "2030-05-02T12:00:00"])
def test_a_form_that_is_not_ours_is_refused(text: str | None) -> None:
    sent = {} if text is None else {"key": text, "seen": text}
    with APP.test_request_context(data=sent, method="POST"):
        for value in (form_key, form_seen):
            with pytest.raises(BadRequest):
                value()


@pytest.mark.parametrize(("address", "found"), [(f"/?before={ID}", ID), ("/?before=x", None), ("/", None)])
def test_the_last_row_of_the_page_before(address: str, found: UUID | None) -> None:
    with APP.test_request_context(address):
        assert row_id("before") == found


def test_a_text_fits_if_the_api_takes_it() -> None:
    name: TypeAdapter[str] = TypeAdapter(Name)
    assert fits(name, "Feijoada")
    assert not fits(name, "")
