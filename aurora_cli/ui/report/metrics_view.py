"""How a cluster does: a plot for each instance, metric by metric, with marks where something has happened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from aurora_cli.ui.console import Consoles, echo, lead, prose, symbols
from aurora_cli.ui.sparkline import ASCII_BARS, BARS, MANY, bars, mark, mark_line, resample
from aurora_cli.ui.text import clean, duration, moment

if TYPE_CHECKING:
    from aurora_cli.operations.inspect.metrics import Measured, Series
    from aurora_cli.operations.inspect.timeline import Happening

NO_DATA = "no data"
_FIGURES = ("last", "minimum", "maximum")
_FIGURE = 10
"""Cells of a figure, with the blank before it."""
_NARROWEST, _WIDEST = 20, 120
"""Cells of a plot."""
_POWERS = ("B", "KiB", "MiB", "GiB", "TiB")


class _Layout:
    """What there is room for: a plot after the label, or below it where the screen is too narrow."""

    def __init__(self, width: int, labels: Iterable[str]) -> None:
        label = max((len(one) for one in labels), default=0)
        self.figures = len(_FIGURES)
        self.label: int | None = label
        if width - label - 2 - self.figures * _FIGURE < _NARROWEST:
            self.figures = 1
        if width - label - 2 - _FIGURE < _NARROWEST:
            self.label = None
        self.indent = 2 if self.label is None else self.label + 2
        self.plot = max(min(width - self.indent - self.figures * _FIGURE, _WIDEST), 10)


def print_metrics(consoles: Consoles, found: Measured) -> None:
    """Prints the plots on stdout, and what the marks in them are."""
    console = consoles.out
    marks = [datetime.fromisoformat(one.when) for one in found.events]
    layout = _Layout(console.width, (_label(one) for one in found.series))
    since, until = (
        moment(when.isoformat(timespec="minutes")[:-6] + ":00+00:00") for when in (found.since, found.until)
    )
    echo(console, lead(f"{found.name} in {found.region}", "heading"))
    prose(console, f"{since} to {until}, a value each {duration(found.period_s)}")
    marked = mark_line(marks, found.since, found.until, layout.plot)
    for _, group in groupby(found.series, key=lambda one: one.metric.name):
        _print_metric(console, found, list(group), layout, marked)
    if any(one.points for one in found.series):
        echo(console, lead(_axis(found, layout), "second"))
    if found.events:
        echo(console)
        for number, one in enumerate(found.events):
            prose(console, _legend(mark(number), one), hanging=2)
        if MANY in marked:
            prose(console, lead(MANY, "warning").append(" several of them"))
    for note in found.notes:
        prose(console, clean(note))


def _axis(found: Measured, layout: _Layout) -> str:
    """The times at both ends and in the middle of the plots: with the day where they are more than one apart."""
    form = "%H:%M" if found.until - found.since <= timedelta(days=1) else "%m-%d %H:%M"
    first, middle, last = (
        when.strftime(form) for when in (found.since, found.since + (found.until - found.since) / 2, found.until)
    )
    if layout.plot < 3 * len(first) + 2:
        middle = ""
    return " " * layout.indent + first + f"{middle:^{layout.plot - 2 * len(first)}}" + last


def _print_metric(console: Console, found: Measured, group: Sequence[Series], layout: _Layout, marked: str) -> None:
    metric = group[0].metric
    every = "" if group[0].period_s == found.period_s else f" in {duration(group[0].period_s)}"
    heading = lead(metric.title, "heading").append(f"  {metric.statistic.lower()}{every}", style="second")
    values = [value for one in group for _, value in one.points]
    echo(console)
    if not values:
        echo(console, heading.append(f"  {NO_DATA}"))
        return
    room = layout.indent + layout.plot
    names = "".join(f"{name:>{_FIGURE}}" for name in _FIGURES[: layout.figures])
    head = heading.append(" " * max(room - heading.cell_len, 0))
    echo(console, head.append(names, style="second") if heading.cell_len <= room else heading)
    top = 100.0 if metric.unit == "Percent" else max(values)
    for one in group:
        _print_series(console, found, one, layout, top)
    if marked:
        echo(console, lead(" " * layout.indent + marked, "warning"))


def _print_series(console: Console, found: Measured, one: Series, layout: _Layout, top: float) -> None:
    label = clean(_label(one))
    if layout.label is None:
        echo(console, Text(label))
    line = Text(" " * layout.indent if layout.label is None else f"{label:<{layout.indent}}")
    if not one.points:
        echo(console, line.append(NO_DATA, style="second"))
        return
    levels = BARS if symbols(console).rule != "-" else ASCII_BARS
    columns = resample(one.points, one.period_s, found.since, found.until, layout.plot, one.metric.statistic)
    line.append(bars(columns, top, levels), style="busy")
    values = [value for _, value in one.points]
    figures = (values[-1], min(values), max(values))
    for value in figures[: layout.figures]:
        line.append(f"{value_text(value, one.metric.unit):>{_FIGURE}}")
    echo(console, line)


def _label(one: Series) -> str:
    if one.instance is None:
        return "cluster"
    return f"{one.instance} (writer)" if one.role == "writer" else one.instance


def _legend(sign: str, one: Happening) -> Text:
    said = clean(" ".join(part for part in (one.outcome, one.message) if part))
    text = (
        Text()
        .append(sign, style="warning")
        .append(f" {moment(one.when, exact=True)} {clean(one.source)}, {clean(one.kind)}")
    )
    return text.append(f": {said}") if said else text


def value_text(value: float, unit: str) -> str:
    """`0.5 GiB`, `12.3 %`, `3.1 ms`, `7.25/s`, `42`: four digits at most."""
    if unit == "Bytes":
        power = 0
        while abs(value) >= 1024 and power < len(_POWERS) - 1:
            value, power = value / 1024, power + 1
        return f"{_short(value)} {_POWERS[power]}"
    return f"{_short(value)}{ {'Percent': ' %', 'Milliseconds': ' ms', 'Count/Second': '/s'}.get(unit, '') }"


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
