"""Options that are numbers or dates, and mean nothing, are refused as options are."""

import pytest
from typer.testing import CliRunner

from pedidos_dev.cli import app


@pytest.mark.parametrize("text", ["99999999999d", "999999999999999999999m", "0001-01-01", "soon", ""])
@pytest.mark.parametrize(
    ("command", "option"),
    [
        (["dead-letters", "list"], "--since"),
        (["webhooks", "resend", "01900000-0000-7000-8000-000000000001"], "--since"),
        (["webhooks", "resend", "01900000-0000-7000-8000-000000000001"], "--until"),
        (["audit", "export"], "--since"),
        (["reconcile"], "--since"),
    ],
)
def test_a_time_that_cannot_be_parsed(command: list[str], option: str, text: str) -> None:
    result = CliRunner().invoke(app, [*command, option, text], terminal_width=200)
    assert result.exit_code == 2
    assert f"{option}'" in result.stderr
    assert f"{text} is not a time. Give 30m, 12h, 7d (ago) or an ISO 8601 date." in result.stderr


@pytest.mark.parametrize("options", [["--orders-per-second=inf"], ["--orders-per-second=10", "--gateway-ms=inf"]])
def test_a_plan_without_bounds(options: list[str]) -> None:
    result = CliRunner().invoke(app, ["plan", *options], terminal_width=200)
    assert result.exit_code == 2
    assert "less than or equal to" in result.stderr
