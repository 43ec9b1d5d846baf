"""Shows what a supervisor does, one line per step."""

import sys
from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.markup import escape

from pedidos.cli.language import phrase, told
from pedidos.sentence import Sentence
from pedidos_local.control import Message
from pedidos_local.supervisor_words import recognised

HINTS = {
    name: Sentence("See `pedidos doctor`, and `pedidos logs {name}`.").filled(name=name)
    for name in ("kafka", "postgres", "supervisor")
}


_WORDS = {"ready": Sentence("ready"), "stopped": Sentence("stopped")}

LONG_SECONDS = 2.0
"""Preparations that take longer are shown, for example a download or the creation of a database."""


class Steps:
    """Prints lines for people; on a terminal also what it waits for."""

    def __init__(self) -> None:
        self.console = Console(highlight=False, soft_wrap=True)
        self._began: dict[str, float] = {}
        self._pending: list[str] = []

    def show(self, happenings: Iterable[Message]) -> Iterator[Message]:
        """Prints each event and passes it on."""
        waiting = self.console.status("")
        if sys.stdout.isatty():
            waiting.start()
        try:
            for happening in happenings:
                self._tell(happening)
                waiting.update(phrase("waiting for {names}", names=", ".join(self._pending)) if self._pending else "")
                if happening.get("what") in ("up", "down"):
                    waiting.stop()
                yield happening
        finally:
            waiting.stop()

    def _tell(self, happening: Message) -> None:
        what, name, at = happening.get("what"), str(happening.get("name")), happening.get("at")
        detail = escape(_known(happening.get("detail")))
        match what:
            case "preparing" | "starting" | "stopping":
                self._began.setdefault(name, _number(at))
                if name not in self._pending:
                    self._pending.append(name)
            case "ready" | "stopped":
                began = self._began.pop(name, _number(at))
                took = _number(at) - began if what == "ready" else _number(happening.get("seconds"))
                self._settle(name)
                mark = "[green]✓[/]" if what == "ready" else "[dim]■[/]"
                self.console.print(
                    f"  {mark} {name:<14}[dim]{told(_WORDS[str(what)]):<8}[/]{took:6.2f} s  [yellow]{detail}[/]"
                )
            case "prepared" if _number(happening.get("seconds")) > LONG_SECONDS:
                took = _number(happening.get("seconds"))
                self.console.print(f"  · {name:<14}[dim]{phrase('prepared')}{took:6.2f} s[/]")
            case "broken":
                self.console.print(f"  [red]✗[/] {name:<14}[red]{detail}[/]")
            case "exited":
                self._began.pop(name, None)
                self.console.print(f"  [red]✗[/] {name:<14}[red]{detail}[/]")
                self._quote(happening.get("log"))
            case "leftover":
                self.console.print(f"  [yellow]■[/] {name:<14}[yellow]{detail}[/]")
            case "mended":
                self.console.print(f"  [yellow]■[/] {name:<14}[yellow]{detail}[/]")
            case "failed":
                self._settle(name)
                self._fail(name, detail, happening.get("log"), _known(happening.get("remedy")))
            case "up":
                self.console.print(
                    phrase("[bold]All is ready after {seconds:.1f} s.[/]", seconds=_number(happening.get("seconds")))
                )
            case "down":
                self.console.print(phrase("Nothing is left running."))

    def _fail(self, name: str, detail: str, log: object, remedy: str) -> None:
        self.console.print(f"  [red]✗ {name}: {detail}[/]")
        self._quote(log)
        if remedy:
            self.console.print(f"    {escape(remedy)}")
        kind = name.partition("-")[0]
        hint = HINTS.get(kind) or Sentence("All of its log: `pedidos logs {name}`.", name=name)
        self.console.print(f"    {told(hint)}")

    def _quote(self, log: object) -> None:
        for line in log if isinstance(log, list) else []:
            self.console.print(f"      [dim]{escape(str(line))}[/]")

    def _settle(self, name: str) -> None:
        if name in self._pending:
            self._pending.remove(name)


def _known(words: object) -> str:
    """What the supervisor says, in the language of the reader."""
    return told(recognised(str(words or "")))


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
