"""Commands in documents, and running them.

A fenced block marked `console` is run by the tests: a line that begins with "$ " is a command, indented lines below it
continue it, and lines below that are what must be seen of its output, where … stands for anything. Blocks marked `sh`
are not run: they need what a test does not have, such as Docker or a server elsewhere.
"""

import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

RUN_SECONDS = 600

_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_MARK = re.compile(r"^@@@ (\d+)\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Command:
    """line is where it stands in the document. expected are the lines of output that are shown below it."""

    text: str
    line: int
    expected: list[str] = field(default_factory=list)

    def missing_in(self, output: str) -> list[str]:
        """The expected lines that the output does not have."""
        seen = [line.strip() for line in output.splitlines()]
        return [line for line in self.expected if not any(_pattern(line).fullmatch(each) for each in seen)]


def commands(document: str) -> list[Command]:
    """The commands of the document, in their order. Raises ValueError when a block begins with output."""
    found: list[Command] = []
    for block in _BLOCK.finditer(document):
        first = document.count("\n", 0, block.start(1)) + 1
        found += _of_block(block[1].splitlines(), first)
    return found


def _of_block(lines: list[str], first: int) -> list[Command]:
    found: list[Command] = []
    for number, line in enumerate(lines, first):
        if line.startswith("$ "):
            found.append(Command(line[2:], number))
        elif not found:
            raise ValueError(f"line {number}: a block that is run begins with a command")
        elif line.startswith(" ") and not found[-1].expected:
            found[-1] = replace(found[-1], text=f"{found[-1].text}\n{line}")
        elif line.strip():
            found[-1].expected.append(line.strip())
    return found


def run(document: Path, folder: Path, environment: Mapping[str, str], port_base: int) -> Iterator[tuple[Command, str]]:
    """Runs the document's commands in one shell, in the folder; yields each with its output.

    The port 8400 in them becomes port_base. Raises AssertionError at the command that fails.
    """
    todo = commands(document.read_text(encoding="utf-8"))
    script = "".join(f"echo; echo @@@ {place}\n{command.text}\n" for place, command in enumerate(todo))
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script.replace("8400", str(port_base))],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=RUN_SECONDS,
        check=False,
    )
    parts = iter(_MARK.split(done.stdout)[1:])
    reached = [(todo[int(place)], output) for place, output in zip(parts, parts, strict=True)]
    if done.returncode != 0:
        command, output = reached[-1]
        raise AssertionError(f"{document.name}:{command.line}: {command.text}\nended with {done.returncode}:\n{output}")
    yield from reached


def _pattern(line: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in line.split("…")))
