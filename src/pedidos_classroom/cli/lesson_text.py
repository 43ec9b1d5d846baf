"""The texts of a lesson in a terminal: what comes before its experiment, and what comes after."""

from collections.abc import Iterable, Sequence

from rich.console import Console

from pedidos_classroom.cli.language import Language
from pedidos_classroom.experiments.card import Card
from pedidos_classroom.lessons.lesson import Code, Lesson, Shown
from pedidos_classroom.lessons.source_code import excerpt
from pedidos_classroom.words import Both

WIDTH = 88
"""Of prose, in characters."""


class LessonText:
    """Prints the parts of a lesson."""

    def __init__(self, console: Console, language: Language) -> None:
        self._console = console
        self._language = language

    def listed(self, lessons: Iterable[Lesson]) -> None:
        """All lessons, with the question of each."""
        _ = self._language.gettext
        self._title(_("Predict, run, see, explain"))
        for lesson in lessons:
            self._line(f"\n{lesson.number:>2}  {self._language.of(lesson.title)}", style="bold")
            self._line(f"    {self._language.of(lesson.card.question)}")
            for card in lesson.further:
                self._line(f"    --experiment {card.name}  {self._language.of(card.title)}", style="dim")
        self._line("")
        self._line(_("Begin one with: %(command)s", command="./pedidos lesson 1"))

    def before(self, lesson: Lesson, card: Card) -> None:
        """The idea, and what the experiment breaks."""
        _, of = self._language.gettext, self._language.of
        self._title(f"{lesson.number} · {of(lesson.title)}")
        self._title(_("The idea"), space=True)
        self._prose(lesson.idea)
        self._title(of(card.title), space=True)
        self._prose([card.breaks])

    def question(self, card: Card) -> None:
        """What has to be predicted."""
        self._title(self._language.gettext("1 · Predict"), space=True)
        self._prose([card.question])
        for number, choice in enumerate(card.choices, 1):
            self._line(f"  {number}  {self._language.of(choice.text)}")

    def shown(self, rows: Sequence[Shown]) -> None:
        """What the experiment has shown of what it must show."""
        _, of = self._language.gettext, self._language.of
        self._title(_("What was shown"), space=True)
        for each in rows:
            mark, style, word = ("✓", "green", _("shown")) if each.holds else ("✗", "red", _("not shown"))
            self._console.print(f"{mark} {word:<12}", style=style, end="", markup=False)
            self._line(of(each.what))
            self._line(f"              {of(each.evidence)}", style="dim")

    def explained(self, lesson: Lesson) -> None:
        """What happened, and the question for the discussion."""
        _ = self._language.gettext
        self._title(_("4 · What happened"), space=True)
        self._prose(lesson.explain)
        self._title(_("5 · A question"), space=True)
        self._prose([lesson.question])

    def answered(self, lesson: Lesson) -> None:
        """Its answer, and the lines of code."""
        self._title(self._language.gettext("An answer"), space=True)
        self._prose([lesson.answer])
        self._title(self._language.gettext("6 · Read the code"), space=True)
        for each in lesson.code:
            self._code(each)

    def sheet(self, lesson: Lesson) -> None:
        """For the teacher."""
        _, of, sheet = self._language.gettext, self._language.of, lesson.sheet
        self._title(f"{lesson.number} · {of(lesson.title)} · {_('For the teacher')}")
        self._title(_("Aim"), space=True)
        self._prose([sheet.aim])
        self._title(_("Time and set-up"), space=True)
        self._prose([sheet.set_up])
        self._title(_("Usual wrong answers, and what to ask then"), space=True)
        for wrong in sheet.wrong:
            self._line(f"- {of(wrong.says)} → {of(wrong.ask)}")
        self._title(_("Grading"), space=True)
        for level in sheet.grading:
            self._line(f"- {of(level)}")

    def _code(self, code: Code) -> None:
        lines = excerpt(code.path, code.symbol)
        self._line(f"\n{code.path}:{lines.first} · {code.symbol}", style="bold")
        self._prose([code.why])
        for line in lines.text.splitlines():
            self._line(f"    {line}", style="dim")
        if lines.cut:
            self._line("    …", style="dim")

    def _title(self, text: str, *, space: bool = False) -> None:
        if space:
            self._line("")
        self._line(text, style="bold")

    def _prose(self, texts: Iterable[Both]) -> None:
        for each in texts:
            width = min(WIDTH, self._console.width)
            self._console.print(self._language.of(each), markup=False, width=width)

    def _line(self, text: str, style: str | None = None) -> None:
        self._console.print(text, style=style, markup=False, soft_wrap=True)
