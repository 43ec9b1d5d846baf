"""What a process takes over from the shell is listed; nothing else reaches it."""

import os

import pytest

from pedidos.settings import os_environment


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """In the place of our own, which stays as it is."""
    made = {"PATH": "/bin", "PEDIDOS_PORT": "1", "PYTHONPATH": "src", "LC_ALL": "C", "PGHOST": "x", "NO_PROXY": "*"}
    monkeypatch.setattr(os, "environ", made)
    monkeypatch.setattr(os_environment, "_removed", {})
    return made


def test_only_what_is_listed_is_inherited(environment: dict[str, str]) -> None:
    assert os_environment.inherited(os_environment.SERVER) == {"PATH": "/bin"}
    assert os_environment.inherited(("PATH", "PED*")).keys() == {"PATH", "PEDIDOS_PORT"}
    assert "PGHOST" in environment


def test_a_process_gives_up_all_else_and_a_developers_tool_gets_it_back(environment: dict[str, str]) -> None:
    given = dict(environment)
    os_environment.keep_only(os_environment.PROCESS)
    assert environment == {"PATH": "/bin", "PEDIDOS_PORT": "1", "PYTHONPATH": "src"}
    assert os_environment.as_given() == given


def test_what_the_supervisor_made_stays(environment: dict[str, str]) -> None:
    environment[os_environment.MARK] = "/state"
    environment["LD_PRELOAD"] = "libfaketime.so"
    os_environment.keep_only(os_environment.PROCESS)
    assert environment["LD_PRELOAD"] == "libfaketime.so"
