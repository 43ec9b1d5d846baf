"""What a person is told when the platform refuses a request."""

import pytest

from pedidos_local.client.api_client import Json, Refused

TITLE = "Some fields are not valid"


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (
            {"title": TITLE, "errors": [{"field": "a", "message": "Too long."}, {"field": "b", "message": "No."}]},
            "422: a: Too long.; b: No.",
        ),
        ({"title": TITLE, "detail": "Not now.", "errors": []}, "422: Not now."),
        ({"title": TITLE, "errors": "many"}, f"422: {TITLE}"),
        ({}, "422: no reason given"),
    ],
)
def test_a_refusal_says_which_field_is_wrong(problem: Json, said: str) -> None:
    assert str(Refused(422, problem)) == said
