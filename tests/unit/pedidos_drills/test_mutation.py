"""If the ledger does not notice that a safeguard is missing, the ledger is wrong, and the command says so."""

from contextlib import nullcontext

import pytest
from typer.testing import CliRunner

from pedidos_dev.cli import app
from pedidos_drills import mutation as checker
from pedidos_drills import place
from pedidos_drills.mutation import Noticed
from pedidos_drills.safeguard import Safeguard
from pedidos_drills.safeguards import load

WATCHDOG = load("watchdog")
AS_EXPECTED = {WATCHDOG.invariant: "still received"}
ANOTHER = {"money": "captured 2 times"}


def invoke(monkeypatch: pytest.MonkeyPatch, broken: dict[str, str], *arguments: str) -> tuple[int, str]:
    """Exit status and output of the command, when the ledger finds this broken without any safeguard."""

    async def found(safeguard: Safeguard, *_: object) -> Noticed:
        return Noticed(safeguard, broken, None)

    monkeypatch.setattr(checker, "distrust", found)
    monkeypatch.setattr(place, "alone", nullcontext)  # nothing runs: there is no drill to wait for
    result = CliRunner().invoke(app, ["drill", "distrust", *arguments])
    return result.exit_code, result.output


def test_only_the_invariant_that_must_break_counts() -> None:
    assert Noticed(WATCHDOG, AS_EXPECTED, None).as_expected
    assert Noticed(WATCHDOG, AS_EXPECTED | ANOTHER, "the drill waited without success").as_expected
    assert not Noticed(WATCHDOG, ANOTHER, None).as_expected
    assert not Noticed(WATCHDOG, {}, "the drill waited without success").as_expected


@pytest.mark.parametrize(("broken", "status"), [(AS_EXPECTED, 0), (AS_EXPECTED | ANOTHER, 0), (ANOTHER, 1), ({}, 1)])
def test_the_exit_status_is_1_when_the_ledger_does_not_notice(
    monkeypatch: pytest.MonkeyPatch, broken: dict[str, str], status: int
) -> None:
    code, output = invoke(monkeypatch, broken, "watchdog")
    assert code == status
    assert ("NOT NOTICED" in output) == (status == 1)


def test_a_safeguard_that_is_not_there_is_reported_before_anything_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    code, output = invoke(monkeypatch, {}, "no-such-safeguard")
    assert code == 2
    assert "watchdog" in output
