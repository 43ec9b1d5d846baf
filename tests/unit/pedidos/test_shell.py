"""What a process takes over from the shell is listed; nothing else reaches it."""

import os

import pytest

from pedidos import shell


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """In the place of our own, which stays as it is."""
    made = {"PATH": "/bin", "PEDIDOS_PORT": "1", "PYTHONPATH": "src", "LC_ALL": "C", "PGHOST": "x", "NO_PROXY": "*"}
    monkeypatch.setattr(os, "environ", made)
    monkeypatch.setattr(shell, "_removed", {})
    return made


def test_only_what_is_listed_is_inherited(environment: dict[str, str]) -> None:
    assert shell.inherited(shell.SERVER) == {"PATH": "/bin"}
    assert shell.inherited(("PATH", "PED*")).keys() == {"PATH", "PEDIDOS_PORT"}
    assert "PGHOST" in environment


def test_a_process_gives_up_all_else_and_a_developers_tool_gets_it_back(environment: dict[str, str]) -> None:
    given = dict(environment)
    shell.keep_only(shell.PROCESS)
    assert environment == {"PATH": "/bin", "PEDIDOS_PORT": "1", "PYTHONPATH": "src"}
    assert shell.as_given() == given


def test_what_the_supervisor_made_stays(environment: dict[str, str]) -> None:
    environment[shell.MARK] = "/state"
    environment["LD_PRELOAD"] = "libfaketime.so"
    shell.keep_only(shell.PROCESS)
    assert environment["LD_PRELOAD"] == "libfaketime.so"
