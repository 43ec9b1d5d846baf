"""Where the release before is not in the history, `./pedidos test upgrade` says so, and fails."""

from pathlib import Path

import pytest

from pedidos_dev import testing
from pedidos_dev.release_before import history, tree


def test_it_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tree, "ROOT", tmp_path)
    assert history.main() == 1
    assert f"{tmp_path} is no checkout of git" in capsys.readouterr().err


def test_the_tier_fails_then_and_runs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []

    def runs(command: list[str]) -> bool:
        ran.append(command[-1])
        return False

    monkeypatch.setattr(testing, "_runs", runs)
    assert not testing._passes(testing.Tier.UPGRADE, [])
    assert ran == ["pedidos_dev.release_before.history"]
