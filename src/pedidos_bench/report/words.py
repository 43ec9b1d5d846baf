"""Figures as text: a heading from a figure's name, and a number with a suitable number of digits."""

from pedidos_bench.report.medians import Spread

_UNITS = {
    "_ms_per_order": "ms/order",
    "_ms_per_view": "ms/view",
    "_kib_per_page": "KiB/page",
    "_us_per_order": "µs/order",
    "_per_second": "per s",
    "_kib_per_watcher": "KiB/watcher",
    "_ms": "ms",
    "_seconds": "s",
    "_percent": "%",
    "_mib": "MiB",
    "_kib": "KiB",
    "_kb": "kB",
    "_us": "µs",
}
_SPELT = {"cpu": "CPU", "pss": "PSS", "api": "API", "p50": "p50", "https": "HTTPS", "http": "HTTP"}


def heading(figure: str) -> tuple[str, str]:
    """The name of a figure, and its unit ("" if the name has none): orders_per_second → ("orders", "per s")."""
    for suffix, unit in _UNITS.items():
        if figure.endswith(suffix):
            return words(figure.removesuffix(suffix)), unit
    return words(figure), ""


def words(name: str) -> str:
    """A name as text: end_to_end → end to end."""
    return " ".join(_SPELT.get(part, part) for part in name.split("_"))


def number(value: float) -> str:
    """Three significant digits, with thousands separators and without unnecessary zeros: 1,180; 23.4; 0.061."""
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}" if abs(value) >= 1 else f"{value:.3f}"


def spread(figure: Spread) -> str:
    """The range of the runs, or "" if there was only one."""
    return "" if figure.runs == 1 else f"{number(figure.low)} … {number(figure.high)}"
