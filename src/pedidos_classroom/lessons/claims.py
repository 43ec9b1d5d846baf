"""What a lesson must show, where the experiment's verdicts say it already."""

from collections.abc import Callable

from pedidos_classroom.lessons.lesson import Result, Shown
from pedidos_classroom.words import Both


def from_verdicts(**texts: tuple[Both, Both]) -> Callable[[Result], list[Shown]]:
    """For each verdict (its name with _ for spaces) what it shows, and the evidence, in which {names} stand for figures
    of the verdict."""

    def shows(result: Result) -> list[Shown]:
        verdicts = {verdict["invariant"].replace(" ", "_"): verdict for verdict in result["verdicts"]}
        return [
            Shown(what, _filled(evidence, verdicts[name]["figures"]), bool(verdicts[name]["holds"]))
            for name, (what, evidence) in texts.items()
        ]

    return shows


def _filled(text: Both, figures: dict[str, object]) -> Both:
    return Both(text.en.format(**figures), text.pt.format(**figures))
