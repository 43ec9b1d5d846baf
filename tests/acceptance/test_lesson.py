"""`pedidos lesson`: the prediction comes first, then the experiment on the running platform, and Ctrl-C undoes it."""

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pedidos_classroom.control import Control
from tests.support.platform import Platform
from tests.support.waiting import until

LESSON_SECONDS = 240
TOKENS = 11
"""A lesson that takes seconds."""


def lesson(platform: Platform, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs the command without a terminal. variables: more of its environment."""
    return subprocess.run(
        [sys.executable, "-m", "pedidos_dev", "lesson", *arguments],
        env=platform.environment | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LESSON_SECONDS,
        check=False,
    )


class Terminal:
    """A person at a terminal, who runs the command."""

    def __init__(self, process: "subprocess.Popen[bytes]", side: int) -> None:
        self.process = process
        self._side = side
        self.seen = ""

    def sees(self, text: str) -> None:
        """Reads until the text is there."""
        while text not in self.seen:
            try:
                read = os.read(self._side, 4096)
            except OSError:  # the process has ended
                read = b""
            assert read, f"{text!r} is not there:\n{self.seen}"
            self.seen += read.decode(errors="replace")

    def types(self, text: str) -> None:
        os.write(self._side, f"{text}\n".encode())

    def interrupts(self) -> None:
        os.kill(self.process.pid, signal.SIGINT)


@contextmanager
def terminal(platform: Platform, *arguments: str, **variables: str) -> Iterator[Terminal]:
    ours, theirs = pty.openpty()
    environment = platform.environment | {"TERM": "xterm", "COLUMNS": "200"} | variables
    process = subprocess.Popen(
        [sys.executable, "-m", "pedidos_dev", "lesson", *arguments],
        env=environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        yield Terminal(process, ours)
        process.wait(LESSON_SECONDS)
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def test_without_a_number_all_are_listed_in_the_language_of_the_locale(platform: Platform) -> None:
    portuguese, english = lesson(platform, LC_ALL="pt_BR.UTF-8"), lesson(platform, LC_ALL="C")
    assert (portuguese.returncode, english.returncode) == (0, 0)
    assert "Respondido não é pronto" in portuguese.stdout
    assert "Answered is not done" in english.stdout
    assert "--experiment without-lease-fence" in english.stdout


def test_it_shows_what_it_teaches_and_saves_the_file_of_the_page(platform: Platform, tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    done = lesson(platform, str(TOKENS), "--predict", "404", "--export", str(file), LC_ALL="pt_BR.UTF-8")
    assert done.returncode == 0, done.stdout + done.stderr
    said = done.stdout
    places = [said.index(each) for each in ("Você previu", "Tudo confere", "O que foi mostrado", "src/pedidos/")]
    assert places == sorted(places)
    assert "✗" not in said
    saved = json.loads(file.read_text("utf-8"))
    assert (saved["lesson"], saved["right"], saved["run"]["prediction"]) == (TOKENS, "404", "404")
    assert all(each["holds"] for each in saved["shown"])
    assert any("verdicts" in line for line in saved["run"]["lines"])
    entries = json.loads(platform.run("audit", "list", "--action", "fault.caused", "--json"))
    last = max(entries, key=lambda entry: entry["number"])
    assert last["detail"] == {"prediction": "404"}
    assert last["local_user"]


def test_for_programs_the_file_is_all_that_is_printed(platform: Platform) -> None:
    done = lesson(platform, str(TOKENS), "--predict", "401", "--json", LC_ALL="C")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["run"]["prediction"] == "401"
    assert "You predicted otherwise." in done.stderr


def test_a_person_is_asked_before_anything_is_shown(platform: Platform) -> None:
    with terminal(platform, str(TOKENS), LC_ALL="pt_BR.UTF-8") as person:
        person.sees("Sua previsão")
        assert "Tudo confere" not in person.seen
        person.types("9")
        person.sees("Escolha um número de 1 a 3.")
        person.types("3")
        person.sees("Pressione Enter")
        assert "src/pedidos/" not in person.seen
        person.types("")
        person.sees("src/pedidos/")
    assert person.process.returncode == 0


def test_ctrl_c_undoes_the_experiment(platform: Platform) -> None:
    control = Control.at(platform.state_dir, "a test", "a test")
    with terminal(platform, "9", "--predict", "once", LC_ALL="C") as person:
        person.sees("paused: worker-1")
        assert control.board().faults
        person.interrupts()
        person.sees("Everything is undone.")
    assert person.process.returncode == 130
    board = control.board()
    assert board.faults == ()
    until(lambda: control.board().not_working() == [], "everything to run")
    run = control.watch()
    assert run is not None
    assert run["ended"] == "it was stopped"
    assert "experiment lesson-9" in platform.run("audit", "list", "--action", "fault.undone")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["12", "--predict", "x"], "There is no lesson 12."),
        ([str(TOKENS)], "--predict with one of 401, 403, 404"),
        ([str(TOKENS), "--predict", "500"], "There is no such prediction. Choose one of 401, 403, 404."),
        (["3", "--predict", "x", "--experiment", "without-x"], "It has: "),
        (["3", "--predict", "holds", "--experiment", "without-guarded-transition", "--json"], "leave out --experiment"),
    ],
)
def test_wrong_use_is_said_in_one_line(platform: Platform, arguments: list[str], said: str) -> None:
    done = lesson(platform, *arguments, LC_ALL="C")
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"PEDIDOS_PUBLIC_URL": "https://orders.example"}, "PEDIDOS_PUBLIC_URL=https://orders.example"),
        ({"PEDIDOS_DEMO": "false"}, "PEDIDOS_DEMO=false"),
    ],
)
def test_it_is_refused_where_others_reach_the_platform(
    platform: Platform, variables: dict[str, str], said: str
) -> None:
    done = lesson(platform, str(TOKENS), "--predict", "404", LC_ALL="C", **variables)
    assert done.returncode == 1
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_without_a_platform_it_says_what_to_do(platform: Platform, tmp_path: Path) -> None:
    done = lesson(platform, str(TOKENS), "--predict", "404", LC_ALL="C", PEDIDOS_STATE_DIR=str(tmp_path))
    assert (done.returncode, done.stderr) == (1, "The platform is not running: `pedidos up`.\n")


def test_the_sheet_of_the_teacher_runs_nothing(platform: Platform) -> None:
    done = lesson(platform, str(TOKENS), "--teacher", LC_ALL="C")
    assert done.returncode == 0
    assert "Usual wrong answers, and what to ask then" in done.stdout


def test_the_exercise_needs_a_step_of_ones_own(platform: Platform) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pedidos_dev", "exercise", "check"],
        env=platform.environment | {"LC_ALL": "C"},
        capture_output=True,
        text=True,
        timeout=LESSON_SECONDS,
        check=False,
    )
    assert done.returncode == 2
    assert "The pipeline has no step of yours yet" in done.stderr
