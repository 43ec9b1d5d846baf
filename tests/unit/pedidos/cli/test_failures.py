"""An error that the user can cause is reported in one line, with what to do; our own bugs keep their traceback."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import stamina
from alembic.util import CommandError
from kafka.errors import KafkaTimeoutError
from sqlalchemy.exc import ProgrammingError

from pedidos.cli.failures import Failure, explain
from pedidos.messaging import kafka
from pedidos.storage.migrations import Busy
from pedidos_dev.cli import main
from pedidos_local import credentials
from pedidos_local.child import StartFailed
from pedidos_local.cli.failures import EXPLANATIONS
from tests.support.settings import forget_settings

CLOSED = "127.0.0.1:1"

Run = Callable[..., tuple[object, str]]


@pytest.fixture(autouse=True)
def state_dir(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A state folder that does not exist, and servers that do not exist either."""
    forget_settings(monkeypatch)
    folder = tmp_path / "state"
    for name, value in {
        "STATE_DIR": str(folder),
        "DATABASE_URL": f"postgresql://shop:word@{CLOSED}/shop",
        "BROKER_URL": f"redis://:word@{CLOSED}/0",
        "KAFKA_BOOTSTRAP": CLOSED,
        "RECORD_KEYS": "the-key-of-the-tests",
        "PUBLIC_URL": f"https://{CLOSED}",
        "KEYS_DIR": str(tmp_path / "keys"),
    }.items():
        monkeypatch.setenv(f"PEDIDOS_{name}", value)
    return folder


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command; its exit status, and what it wrote to standard error."""

    def run(*arguments: str) -> tuple[object, str]:
        monkeypatch.setattr("sys.argv", ["pedidos", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code, capsys.readouterr().err

    return run


@pytest.mark.parametrize("command", [["migrate"], ["setup", "data"]])
def test_postgresql_that_is_away_is_reported_with_its_address(run: Run, command: list[str], state_dir: Path) -> None:
    state_dir.mkdir()
    credentials.ensure(state_dir / "secrets.json")
    status, said = run(*command)
    assert (status, said.count("\n")) == (1, 1)
    assert said.startswith("PostgreSQL cannot be used now (connection failed")
    assert '"127.0.0.1", port 1' in said
    assert "./pedidos up" in said
    assert "word" not in said


@pytest.mark.parametrize("command", [["up"], ["up", "-d"]])
def test_demo_accounts_that_others_would_reach(
    run: Run, command: list[str], monkeypatch: pytest.MonkeyPatch, state_dir: Path
) -> None:
    monkeypatch.setenv("PEDIDOS_PUBLIC_URL", "https://shop.example")
    monkeypatch.setenv("PEDIDOS_DEMO", "true")  # PostgreSQL is not its own here: it has to be asked for
    status, said = run(*command)
    assert (status, said.count("\n")) == (2, 1)
    assert "PEDIDOS_PUBLIC_URL=https://shop.example" in said
    assert "Set PEDIDOS_DEMO=false" in said
    assert not state_dir.exists()


@pytest.mark.parametrize("command", [["topics"], ["topics", "--check"], ["setup", "topics"]])
def test_kafka_that_is_away_is_reported_with_its_address(
    run: Run, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def gives_up(bootstrap_servers: list[str], **_: object) -> None:
        raise KafkaTimeoutError(f"Unable to bootstrap from {bootstrap_servers}")  # as the client does, in ten seconds

    monkeypatch.setattr(kafka, "KafkaAdminClient", gives_up)
    status, said = run(*command)
    assert (status, said.count("\n")) == (1, 1)
    assert said.startswith("Kafka cannot be used now (")
    assert CLOSED in said
    assert "./pedidos up" in said


@pytest.mark.parametrize("command", [["status"], ["up"], ["down"], ["restart", "api"], ["order"], ["demo"]])
def test_a_state_folder_that_is_a_file(run: Run, command: list[str], state_dir: Path) -> None:
    state_dir.touch()
    status, said = run(*command)
    assert (status, said.count("\n")) == (1, 1)
    assert "Not a directory. Set PEDIDOS_STATE_DIR to a folder that you may write to." in said


@pytest.mark.parametrize("number", [errno.ENOENT, errno.EACCES, errno.EROFS])
def test_a_state_folder_that_cannot_be_made(number: int, state_dir: Path) -> None:
    for path in (state_dir, state_dir.parent):
        failure = explain(OSError(number, os.strerror(number), str(path)))
        assert failure == Failure(
            f"{path}: {os.strerror(number)}. Set PEDIDOS_STATE_DIR to a folder that you may write to."
        )


def test_a_full_disk() -> None:
    failure = explain(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    assert failure is not None
    assert "No space left on device. Free some space" in failure.text


def test_a_file_that_was_named_and_cannot_be_written(tmp_path: Path) -> None:
    path = tmp_path / "no-such-folder" / "report.json"
    with pytest.raises(FileNotFoundError) as failed:
        path.touch()
    assert explain(failed.value) == Failure(
        f"{path}: No such file or directory. Choose another path, or make sure that you may use this one."
    )


@pytest.mark.parametrize("command", [["order"], ["demo"], ["setup", "data"]])
def test_a_platform_that_was_never_started(run: Run, command: list[str], state_dir: Path) -> None:
    said = f"There is no {state_dir}/secrets.json. Start the platform with ./pedidos up.\n"
    assert run(*command) == (1, said)


@pytest.mark.parametrize("command", [["order"], ["demo"], ["setup", "data"]])
def test_damaged_passwords(run: Run, command: list[str], state_dir: Path) -> None:
    state_dir.mkdir()
    path = state_dir / "secrets.json"
    path.touch()
    status, said = run(*command)
    assert (status, said.count("\n")) == (2, 1)
    assert said.startswith(f"{path} is damaged")


@pytest.mark.parametrize("command", [["order"], ["demo"]])
def test_an_edge_that_is_away(run: Run, command: list[str], state_dir: Path) -> None:
    state_dir.mkdir()
    credentials.ensure(state_dir / "secrets.json")
    with stamina.set_testing(True, attempts=1):
        status, said = run(*command)
    assert (status, said.count("\n")) == (1, 1)
    assert said.startswith(f"https://{CLOSED}/v1/auth/token: Cannot connect")
    assert "./pedidos up" in said


def test_an_address_of_another_form(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEDIDOS_DATABASE_URL", "postgres://shop:word@host/shop")
    status, said = run("migrate")
    assert (status, said.count("\n")) == (2, 3)
    assert "  PEDIDOS_DATABASE_URL is wrong: it should be postgresql://" in said
    assert "word@host/shop" not in said


def test_the_home_folder_of_an_unknown_user(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEDIDOS_STATE_DIR", "~no-user-of-this-name/pedidos")
    status, said = run("status")
    assert status == 2
    assert "  PEDIDOS_STATE_DIR is wrong: there is no user with the home folder that ~ stands for.\n" in said


def test_every_setting_that_is_missing_is_named_at_once(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "KEYS_DIR", "KAFKA_BOOTSTRAP"):
        monkeypatch.delenv(f"PEDIDOS_{name}")
    status, said = run("setup")
    assert status == 2
    assert {line.split()[0] for line in said.splitlines() if " is not set: " in line} == {
        "PEDIDOS_DATABASE_URL",
        "PEDIDOS_KEYS_DIR",
        "PEDIDOS_KAFKA_BOOTSTRAP",
    }


def test_an_unknown_option_of_libpq(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEDIDOS_DATABASE_URL", f"postgresql://shop:word@{CLOSED}/shop?ssl=yes")
    assert run("migrate") == (2, 'PEDIDOS_DATABASE_URL is wrong: invalid connection option "ssl". Correct it.\n')


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (psycopg.errors.UndefinedTable('relation "orders" does not exist'), "./pedidos migrate"),
        (psycopg.errors.InsufficientPrivilege("permission denied for table orders"), "Grant it"),
    ],
)
def test_a_database_that_is_not_as_it_should_be(error: psycopg.Error, advice: str) -> None:
    failure = explain(ProgrammingError("select 1", None, error))
    assert failure is not None
    assert str(error) in failure.text
    assert advice in failure.text


def test_a_revision_that_there_is_not_and_a_migration_that_takes_its_time() -> None:
    unknown = explain(CommandError("Can't locate revision identified by 'nonsense'"))
    assert unknown is not None
    assert unknown.text.startswith("Can't locate revision identified by 'nonsense'.")
    busy = explain(Busy("another migration has been running for more than 60 s"))
    assert busy is not None
    assert "Try again" in busy.text


def test_a_platform_of_a_drill_that_does_not_start() -> None:
    failed = StartFailed("data", "exited with code 1", ["first words", "last words"])
    group = ExceptionGroup("unhandled errors in a TaskGroup", [ExceptionGroup("of a kind", [failed])])
    assert explain(group, EXPLANATIONS) == Failure("The platform did not start: data exited with code 1: last words")


@pytest.mark.parametrize(
    "error",
    [
        TypeError("a mistake"),
        OSError("of no file"),
        ProgrammingError("selct 1", None, psycopg.errors.SyntaxError("syntax error")),
        ExceptionGroup("several", [StartFailed("data", "exited with code 1", []), TypeError("a mistake")]),
    ],
)
def test_a_bug_of_ours_keeps_its_traceback(error: Exception) -> None:
    assert explain(error) is None
