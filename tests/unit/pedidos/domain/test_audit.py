"""The terms of the audit log."""

import re
from uuid import UUID

import pytest

from pedidos.domain.audit import Action, Who

ACCOUNT = UUID("01900000-0000-7000-8000-000000000001")


@pytest.mark.parametrize("action", Action)
def test_an_action_is_a_subject_and_a_verb(action: Action) -> None:
    assert re.fullmatch(r"[a-z_]+\.[a-z_]+", action), "as the table's constraint has it"


def test_how_a_person_is_named() -> None:
    assert str(Who(local_user="ana")) == "ana"
    assert str(Who(ACCOUNT, "operator")) == f"operator {ACCOUNT}"
    assert str(Who(ACCOUNT, "operator", local_user="ana")) == f"operator {ACCOUNT} (ana)"
    assert str(Who(client="192.0.2.1")) == "unknown"
