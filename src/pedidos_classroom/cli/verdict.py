"""An experiment in a terminal when it has ended: its figures over time, and what was found."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from babel.numbers import format_currency, format_decimal
from rich.console import Console

from pedidos.payments.answers import CURRENCY
from pedidos_classroom.cli.language import Language
from pedidos_classroom.cli.sparkline import GAP, shared, sparkline
from pedidos_classroom.experiments import names
from pedidos_classroom.experiments.run_view import RunView

BROKEN = "■"
WIDTH = 60
"""Characters of a line of figures."""


class VerdictText:
    """Prints the parts of what a page shows of an experiment that has ended."""

    def __init__(self, console: Console, language: Language) -> None:
        self._console = console
        self._language = language

    def show(self, run: RunView) -> None:
        """All of it."""
        if run.card.plots and run.rates:
            self._plot(run)
        if run.verdicts is None:
            self._without(run)
        else:
            self._outcome(run)
            for verdict in run.verdicts:
                self.row(verdict)
            if run.repeat:
                self._print(self._language.gettext("The same in a terminal:") + " " + run.repeat)
        self._print(self._language.of(run.card.weak), style="dim")

    def _plot(self, run: RunView) -> None:
        _, rates = self._language.gettext, run.rates
        rows = [
            (_("accepted per second"), [each["accepted"] for each in rates]),
            (_("confirmed per second"), [each["confirmed"] for each in rates]),
            (_("waiting"), [each["waiting"] for each in rates]),
        ]
        labels = max(len(row[0]) for row in rows)
        width = min(WIDTH, self._console.width - labels - 12)
        self._print("")
        at_most, broken_name = _("at most"), _("broken")
        for name, values in rows:
            most = max((value for value in values if value is not None), default=0)
            self._print(f"{name:<{labels}}  {sparkline(values, width)}  {at_most} {most:g}", soft_wrap=True)
        broken = [1.0 if run.is_broken_at(each["at"]) else None for each in rates]
        marks = "".join(BROKEN if any(share) else GAP for share in shared(broken, width))
        self._print(f"{broken_name:<{labels}}  {marks}", style="red", soft_wrap=True)

    def _without(self, run: RunView) -> None:
        self._print("")
        self._print(self._language.gettext("There is no verdict: the experiment ended early."), style="bold red")
        self._print(run.trouble or run.ended or "")

    def _outcome(self, run: RunView) -> None:
        _, right = self._language.gettext, run.card.choice(run.card.right)
        self._print("")
        self._title(_("3 · What was found") if run.card.measure else _("3 · What the ledger says"))
        if run.card.without:
            self._print(_("Without the safeguard, something does not hold"), style="bold red")
        elif run.holds:
            self._print(_("Everything holds"), style="bold green")
        else:
            self._print(_("Something does not hold"), style="bold red")
        if run.trouble:
            self._print(_("The drill itself went wrong: %(reason)s", reason=run.trouble))
        if run.choice is not None and right is not None and (run.holds or run.card.without):
            what = self._language.of(right.text)
            if run.choice is right:
                self._print(_("It is what you predicted."))
            else:
                self._print(_("You predicted otherwise. What happened: %(choice)s.", choice=what))
        if run.seconds is not None and run.within is not None:
            promised = f"{run.within:.0f}"
            said = _(
                "What was under way had come to its end %(seconds)s s after the fault; at most %(within)s s are"
                " promised.",
                seconds=self._number(run.seconds),
                within=promised,
            )
            self._print(said)

    def row(self, verdict: Mapping[str, Any]) -> None:
        """What was found about one invariant: a row of verdict_rows."""
        _, name = self._language.gettext, verdict["invariant"]
        figures = ", ".join(self._figure(each, value) for each, value in verdict["figures"].items())
        mark, style, word = ("✓", "green", _("holds")) if verdict["holds"] else ("✗", "red", _("broken"))
        named = _(names.VERDICTS[name]) if name in names.VERDICTS else name
        self._console.print(f"{mark} {word:<9}", style=style, end="", markup=False)
        self._print(f"{named:<30}  {figures}".rstrip(), soft_wrap=True)
        if name in names.HOW:
            self._print(f"           {_(names.HOW[name])}", style="dim", soft_wrap=True)
        for each in verdict["findings"]:
            found = _(names.FINDINGS[each["finding"]]) if each["finding"] in names.FINDINGS else each["finding"]
            self._print(f"           {found} {each['order'] or ''}".rstrip(), style="red", soft_wrap=True)
        if verdict["more"]:
            self._print(f"           {_('and %(count)s more', count=verdict['more'])}", style="red")

    def _figure(self, name: str, value: float) -> str:
        named = self._language.gettext(names.FIGURES[name]) if name in names.FIGURES else name
        return f"{named} {self._money(value) if name in names.CENTS else self._number(value)}"

    def _number(self, value: float) -> str:
        return format_decimal(value, locale=self._language.locale)

    def _money(self, cents: float) -> str:
        return format_currency(Decimal(str(cents)) / 100, CURRENCY, locale=self._language.locale)

    def _title(self, text: str) -> None:
        self._print(text, style="bold")

    def _print(self, text: str, style: str | None = None, *, soft_wrap: bool = False) -> None:
        self._console.print(text, style=style, markup=False, soft_wrap=soft_wrap)
