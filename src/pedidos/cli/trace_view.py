"""Draws the spans of an order as a waterfall of lines."""

from collections.abc import Sequence
from datetime import datetime

from pedidos.cli.language import phrase, told
from pedidos.sentence import Sentence
from pedidos.storage.spans import Span
from pedidos.telemetry import attributes
from pedidos.telemetry.nesting import nested

BAR = 40
"""Characters for the whole time."""

_NOTES = {
    attributes.STEPS: Sentence("one commit: {value}"),
    attributes.MESSAGES: Sentence("batch of {value}"),
    attributes.PARTITION: Sentence("partition {value}"),
    attributes.OFFSET: Sentence("offset {value}"),
    attributes.ATTEMPT: Sentence("attempt {value}"),
    attributes.LEASE: Sentence("lease {value}"),
    attributes.VERDICT: Sentence("{value}"),
    attributes.REASON: Sentence("{value}"),
}
"""What the end of a line says, in this order."""


def waterfall(spans: Sequence[Span]) -> list[str]:
    """The lines: a title, then each span below the one that it belongs to, by the time of its begin. Times are in
    milliseconds since the first span. spans: at least one."""
    begin = min(span.began_ns for span in spans)
    whole = max(max(span.ended_ns for span in spans) - begin, 1)
    rows = list(nested(spans))
    names = [f"{'  ' * depth}{_name(span)}" for depth, span in rows]
    width = max(map(len, names))
    where = max(len(span.instance) for span in spans)
    title = f"{spans[0].trace_id}  {datetime.fromtimestamp(begin / 1e9).astimezone():%Y-%m-%d %H:%M:%S.%f%z}"
    lines = [title, f"{'':{width}}  {'':{where}}  {'':{BAR}}  {phrase('begin'):>8}  {'ms':>8}"]
    for name, (_, span) in zip(names, rows, strict=True):
        began, took = (span.began_ns - begin) / 1e6, (span.ended_ns - span.began_ns) / 1e6
        bar = _bar((span.began_ns - begin) / whole, (span.ended_ns - begin) / whole)
        line = f"{name:{width}}  {span.instance:{where}}  {bar}  {began:8.1f}  {took:8.1f}  {_notes(span)}"
        lines.append(line.rstrip())
    return lines


def _name(span: Span) -> str:
    return " ".join(filter(None, (span.name, str(span.attributes.get(attributes.EVENT, "")))))


def _bar(begin: float, end: float) -> str:
    first = min(round(begin * BAR), BAR - 1)
    length = max(round(end * BAR) - first, 1)
    return f"{' ' * first}{'█' * length}".ljust(BAR)[:BAR]


def _notes(span: Span) -> str:
    said = {name: span.attributes.get(name, "") for name in _NOTES}
    notes = [told(form.filled(value=said[name])) for name, form in _NOTES.items() if said[name] != ""]
    return ", ".join([*notes, *([phrase("failed: {reason}", reason=span.failed)] if span.failed else [])])
