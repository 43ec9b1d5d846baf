"""A report as a JSON file, with a marker that distinguishes it from other JSON."""

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from pedidos.sentence import Sentence
from pedidos_bench.results import Report

FORMAT = "pedidos-bench"
VERSION = 1

_REPORT = TypeAdapter(Report)


class NotAReport(Exception):
    """The file is not a report of this benchmark, or has a version that cannot be read."""


def save(report: Report, path: Path) -> None:
    """Writes the file. Raises ValueError if a figure is not a finite number, before anything is written."""
    content = {"format": FORMAT, "version": VERSION, **_REPORT.dump_python(report, mode="python")}
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    draft = path.with_name(f"{path.name}.new")
    draft.write_text(f"{text}\n", "utf-8")
    draft.replace(path)


def load(path: Path) -> Report:
    """Reads what save() wrote. Raises NotAReport, which says what is wrong with the file; OSError if there is none."""
    try:
        content: Any = json.loads(path.read_text("utf-8"))
    except ValueError as error:  # this includes text that is not UTF-8
        raise NotAReport(Sentence("{path} is not JSON: {reason}", path=path, reason=error)) from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise NotAReport(
            Sentence(
                '{path} is not a report of this benchmark: its "format" should be "{format}".', path=path, format=FORMAT
            )
        )
    if content.get("version") != VERSION:
        raise NotAReport(
            Sentence(
                "{path} has version {found} of the format; version {version} is read here.",
                path=path,
                found=content.get("version"),
                version=VERSION,
            )
        )
    fields = {name: value for name, value in content.items() if name not in {"format", "version"}}
    try:
        return _REPORT.validate_python(fields)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise NotAReport(
            Sentence("{path} is damaged at {place}: {msg}.", path=path, place=place, msg=first["msg"])
        ) from error
