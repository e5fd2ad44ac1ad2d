"""Charts as SVG, drawn on the server. Looks are attributes, not styles, so that a copy of one is whole."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

COLOURS = ("#0b5c6b", "#c2572b", "#7a6a2f", "#5b3f8c", "#2f7d4f", "#a3294b", "#56717d", "#b58a00")
_INK, _GREY, _LINE = "#1d2b33", "#5f6f78", "#dfe3e4"
_FONT = "system-ui, 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
_WIDTH, _HEIGHT = 640, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 20, 58, 34
_LEGEND_ROW = 18


@dataclass(frozen=True, slots=True)
class Series:
    """A line or a layer: its name and a value for each place along the axis, None where there is none."""

    name: str
    values: Sequence[float | None]


def lines(title: str, along: Sequence[str], series: Sequence[Series]) -> Markup:
    """Return a chart of lines; a missing value breaks its line."""
    top = _nice(max((v for one in series for v in one.values if v is not None), default=1))
    marks = []
    for number, one in enumerate(series):
        colour = COLOURS[number % len(COLOURS)]
        run: list[str] = []
        for index, value in enumerate([*one.values, None]):
            if value is None:
                if len(run) > 1:
                    points = " ".join(run)
                    marks.append(
                        f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2.5"/>'
                    )
                run = []
                continue
            x, y = _x(index, len(along)), _y(value, top)
            run.append(f"{x:.1f},{y:.1f}")
            said = escape(f"{one.name}, {along[index]}: {number_text(value)}")
            marks.append(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="#fff" stroke="{colour}" stroke-width="2.5">'
                f"<title>{said}</title></circle>"
            )
    return _frame(title, along, series, top, marks)


def layers(title: str, along: Sequence[str], series: Sequence[Series]) -> Markup:
    """Return a chart of columns, the series upon each other."""
    totals = [sum(one.values[index] or 0 for one in series) for index in range(len(along))]
    top = _nice(max(totals, default=1))
    width = min(56.0, (_WIDTH - _LEFT - _RIGHT) / max(len(along), 1) * 0.6)
    marks = []
    for index in range(len(along)):
        base = 0.0
        for number, one in enumerate(series):
            value = one.values[index] or 0
            if not value:
                continue
            high, low = _y(base + value, top), _y(base, top)
            said = escape(f"{one.name}, {along[index]}: {number_text(value)}")
            marks.append(
                f'<rect x="{_x(index, len(along)) - width / 2:.1f}" y="{high:.1f}" width="{width:.1f}" '
                f'height="{low - high:.1f}" fill="{COLOURS[number % len(COLOURS)]}">'
                f"<title>{said}</title></rect>"
            )
            base += value
    return _frame(title, along, series, top, marks)


def every_year(years: Iterable[int]) -> list[int]:
    """Return the years from the first to the last: a line must not run on over a year that nothing is of."""
    known = sorted(years)
    return list(range(known[0], known[-1] + 1)) if known else []


def number_text(value: float | None) -> str:
    """Return a number for people."""
    if value is None:
        return ""
    return f"{int(value):,}" if float(value).is_integer() else f"{value:,.2f}".rstrip("0")


def _frame(
    title: str, along: Sequence[str], series: Sequence[Series], top: float, marks: Sequence[str]
) -> Markup:
    legend = list(_legend(series))
    down = _LEGEND_ROW * max((row for row, _ in legend), default=0)
    height = _HEIGHT + down
    parts = [
        (
            f'<svg class="chart" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
            f'width="{_WIDTH}" height="{height}" role="img" font-family="{_FONT}" font-size="12">'
        ),
        f"<title>{escape(title)}</title>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="14" y="22" font-size="15" font-weight="600" fill="{_INK}">{escape(title)}</text>',
        *(mark for _, mark in legend),
        f'<g transform="translate(0 {down})">',
    ]
    for step in range(5):
        value = top * step / 4
        y = _y(value, top)
        parts.append(
            f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="{_LINE}"/>'
            f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" fill="{_GREY}">'
            f"{number_text(value)}</text>"
        )
    every = max(1, math.ceil(len(along) / 14))
    parts += [
        f'<text x="{_x(index, len(along)):.1f}" y="{_HEIGHT - 12}" text-anchor="middle" fill="{_GREY}">'
        f"{escape(name)}</text>"
        for index, name in enumerate(along)
        if index % every == 0
    ]
    return Markup("".join([*parts, *marks, "</g></svg>"]))  # noqa: S704 - what comes from outside is escaped above


def _legend(series: Sequence[Series]) -> Iterator[tuple[int, str]]:
    """The names of the series with their colours, each with its row."""
    x, row = 14.0, 0
    for number, one in enumerate(series):
        width = 32 + sum(12 if ord(letter) > 255 else 6.8 for letter in one.name)
        if x > 14 and x + width > _WIDTH:
            x, row = 14.0, row + 1
        y = 34 + _LEGEND_ROW * row
        yield (
            row,
            (
                f'<rect x="{x:.0f}" y="{y}" width="11" height="11" rx="2" '
                f'fill="{COLOURS[number % len(COLOURS)]}"/>'
                f'<text x="{x + 16:.0f}" y="{y + 10}" fill="{_GREY}">{escape(one.name)}</text>'
            ),
        )
        x += width


def _x(index: int, count: int) -> float:
    return _LEFT + (index + 0.5) * (_WIDTH - _LEFT - _RIGHT) / max(count, 1)


def _y(value: float, top: float) -> float:
    return _HEIGHT - _BOTTOM - value / top * (_HEIGHT - _TOP - _BOTTOM)


def _nice(value: float) -> float:
    """The next number that four steps divide well."""
    if value <= 4:
        return 4.0
    size: float = 10.0 ** math.floor(math.log10(value))
    return next(step * size for step in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10, 12) if step * size >= value)
