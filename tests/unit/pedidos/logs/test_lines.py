"""To log never raises and never waits: what is lost is counted, and told when writing works again."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import orjson
import pytest

from pedidos.logs.lines import Lines, unblocked

LINE = b'{"event": "something"}\n'
FULL = Path("/dev/full")

SPEAKS = """
import logging, os, sys, threading
import structlog
from pedidos.logs import configure
from pedidos.settings.groups.process import LogSettings
configure.configure(LogSettings(), "speaker")
class Unseen:
    def __repr__(self): raise ValueError
    __str__ = __repr__
log = structlog.get_logger()
def speak():
    log.info("plain", path="caf\\u00e9")
    log.info("strange", surrogate="\\ud800", large=2**70, unseen=Unseen(), keys={1: 2})
    logging.getLogger("library").warning("%d", "no number")
    print("printed")
    print("to stderr", file=sys.stderr)
    try: 1 / 0
    except ZeroDivisionError: log.exception("failed")
def fail(): raise RuntimeError("in a thread")
speak()
thread = threading.Thread(target=fail); thread.start(); thread.join()
sys.exit(3)
"""


def told(lost: int, reason: str) -> bytes:
    return orjson.dumps({"lost": lost, "reason": reason}) + b"\n"


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    readable, writable = os.pipe()
    os.set_blocking(readable, False)
    yield readable, writable
    os.close(readable)
    os.close(writable)


def test_a_full_pipe_loses_lines_and_tells_how_many_once_there_is_room(pipe: tuple[int, int]) -> None:
    readable, writable = pipe
    unblocked(writable)
    lines = Lines(writable, told)
    written = 0
    while not lines.lost:
        lines.write(LINE)
        written += 1
    lines.write(LINE)
    before = os.read(readable, 1 << 20)
    lines.write(b"{}\n")
    assert before == LINE * (written - 1)
    assert os.read(readable, 1 << 20) == b'{"lost":2,"reason":"Resource temporarily unavailable"}\n{}\n'
    assert lines.lost == 0


def test_a_line_that_was_torn_ends_before_the_next_one(pipe: tuple[int, int]) -> None:
    readable, writable = pipe
    unblocked(writable)
    lines = Lines(writable, told)
    lines.write(b"x" * (1 << 20) + b"\n")
    torn = os.read(readable, 1 << 20)
    lines.write(LINE)
    assert set(torn) == {ord("x")}
    assert os.read(readable, 1 << 20).split(b"\n") == [b"", told(1, os.strerror(11)).strip(), LINE.strip(), b""]


def test_only_the_own_open_file_fails_instead_of_waiting(pipe: tuple[int, int]) -> None:
    _, writable = pipe
    of_others = os.dup(writable)
    unblocked(writable)
    try:
        assert os.get_blocking(of_others)
        assert not os.get_blocking(writable)
    finally:
        os.close(of_others)


def test_what_cannot_be_written_is_counted() -> None:
    lines = Lines(None, told)
    for _ in range(3):
        lines.write(LINE)
    assert lines.lost == 3


def test_whatever_is_said_becomes_a_line() -> None:
    done = _speak(subprocess.PIPE)
    said = [line for line in done.stdout.splitlines() if line.startswith(b"{")]
    events = [orjson.loads(line)["event"] for line in said]
    assert events == ["plain", "strange", "a line could not be made", "failed"]
    assert b"printed\n" in done.stdout
    assert b"to stderr\n" in done.stdout
    assert b"RuntimeError: in a thread\n" in done.stdout
    assert done.returncode == 3


@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full on this system")
def test_on_a_full_disk_a_process_goes_its_way() -> None:
    with FULL.open("wb") as full:
        assert _speak(full).returncode == 3


def test_without_an_output_a_process_goes_its_way() -> None:
    assert _speak(None, "exec >&- 2>&-").returncode == 3


def _speak(output: IO[bytes] | int | None, shell: str = ":") -> "subprocess.CompletedProcess[bytes]":
    command = ["sh", "-c", f'{shell}; exec "$@"', "sh", sys.executable, "-c", SPEAKS]
    return subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, check=False, timeout=60)
