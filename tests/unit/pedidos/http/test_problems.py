"""Every problem type has its words in each language."""

import pytest

from pedidos.http import problems
from pedidos.http.problems import FieldError, Problem
from pedidos.sentence import Sentence
from pedidos.texts import PORTUGUESE, translations

translate = translations(PORTUGUESE).gettext


@pytest.mark.parametrize("kind", problems.catalogue(), ids=lambda kind: kind.slug)
def test_a_problem_type_is_described_in_both_languages(kind: type[Problem]) -> None:
    assert kind.title.said(translate) != kind.title
    assert kind.about.said(translate) != kind.about


def test_the_members_for_programs_are_the_same_in_each_language() -> None:
    problem = problems.InvalidFields(
        Sentence("There is no such product."),
        errors=[FieldError("items.0.quantity", Sentence("Must be at least {ge}.", ge=1))],
        actual_total_cents=5,
    )
    english, portuguese = problem.document("f3b1c0ffee"), problem.document("f3b1c0ffee", translate)
    assert portuguese == {
        "type": "/problems/invalid-fields",
        "title": "Alguns campos não são válidos",
        "status": 422,
        "detail": "Este produto não existe.",
        "errors": [{"field": "items.0.quantity", "message": "Precisa ser no mínimo 1."}],
        "actual_total_cents": 5,
        "request_id": "f3b1c0ffee",
    }
    assert english["errors"] == [{"field": "items.0.quantity", "message": "Must be at least 1."}]
