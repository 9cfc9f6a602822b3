"""Histograms as inline SVG: bars, an axis with round numbers and its unit, the median, words for a screen reader.

Colours come from the page's style sheet by class, so that they follow its theme.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

from scenegen.inspect.palette import STATUS_LABELS
from scenegen.shards.sample import Array

_WIDTH, _HEIGHT = 340, 168
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 8, 20, 34
_BINS = 24
_ROWS = 10
_CLIP = 0.995
"""Quantile up to which values are shown; the last bar holds those beyond."""


@dataclass(frozen=True)
class Quantity:
    """Some numbers and what they are."""

    title: str
    values: Array
    """(N,) numbers; those that are not finite are left out."""
    unit: str
    """Unit after a number and on the axis, such as " m" or "°"; empty for counts."""
    counted: str
    """What the bars count, in the plural."""
    digits: int = 0
    """Decimal places in words and tooltips."""

    def text(self, value: float) -> str:
        """A value with its unit."""
        return f"{value:,.{self.digits}f}{self.unit}"


def histogram(quantity: Quantity) -> str:
    """A histogram as an SVG element; a line of text where there is no number."""
    values = quantity.values[np.isfinite(quantity.values)]
    if not len(values):
        return '<p class="empty">nothing to count</p>'
    edges = round_edges(float(values.min()), float(np.quantile(values, _CLIP)))
    counts = np.histogram(np.clip(values, edges[0], edges[-1]), edges)[0]
    plot = _Plot(edges, round_top(int(counts.max())))
    median = float(np.median(values))
    parts = [
        plot.counts_axis(quantity.counted),
        plot.bars(counts, quantity),
        plot.values_axis(quantity.unit),
        plot.marker(median, f"median {quantity.text(median)}"),
    ]
    return _svg(_HEIGHT, in_a_sentence(quantity, values), parts)


def in_a_sentence(quantity: Quantity, values: Array) -> str:
    """A histogram in one sentence."""
    low, middle, high = (quantity.text(float(v)) for v in np.quantile(values, (0, 0.5, 1)))
    return f"{quantity.title}: {len(values):,} {quantity.counted}, from {low} to {high}, median {middle}"


def ranking(title: str, counts: Mapping[str, int], counted: str) -> str:
    """The most frequent names as horizontal bars, in an SVG element; the rest in one more line."""
    if not counts:
        return '<p class="empty">nothing to count</p>'
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    rows = ranked[:_ROWS]
    height = (_HEIGHT - 14) / max(len(rows), 6)
    parts = [_row(i * height, height, name, count, ranked[0][1]) for i, (name, count) in enumerate(rows)]
    if rest := ranked[_ROWS:]:
        more = f"and {len(rest)} more with {sum(count for _, count in rest):,} {counted}"
        parts.append(_text(_WIDTH - 44, _HEIGHT - 3, more, anchor="end"))
    words = f"{title}: {len(ranked)} with {sum(counts.values()):,} {counted}, most of {ranked[0][0]}, {ranked[0][1]:,}"
    return _svg(_HEIGHT, words, parts)


def status_bar(counts: NDArray[np.int64]) -> str:
    """Shares of the six statuses, (6,) counts by code, as one bar in an SVG element."""
    shares = counts / max(1, counts.sum())
    starts = np.cumsum(shares) - shares
    parts = [
        f'<rect class="s-{name}" x="{start * 1000:.2f}" y="0" width="{share * 1000:.2f}" height="14">'
        f"<title>{label}: {share:.1%}</title></rect>"
        for (name, label), start, share in zip(STATUS_LABELS.items(), starts, shares, strict=True)
    ]
    words = ", ".join(f"{label} {share:.1%}" for label, share in zip(STATUS_LABELS.values(), shares, strict=True))
    return (
        '<svg class="shares" viewBox="0 0 1000 14" preserveAspectRatio="none" role="img" '
        f'aria-label="Traced points by status: {words}">{"".join(parts)}</svg>'
    )


def round_edges(low: float, high: float, bins: int = _BINS) -> NDArray[np.float64]:
    """Edges of about `bins` equal bins, multiples of a round step, that hold `low` and `high`."""
    step = round_step(max(high - low, abs(high) * 1e-3, 1e-6) / bins)
    first, last = math.floor(low / step), math.floor(high / step) + 1
    return np.arange(first, last + 1, dtype=np.float64) * step


def round_step(least: float) -> float:
    """The smallest of 1, 2 and 5 times a power of ten that is not below `least` by more than rounding."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * (1 - 1e-9))


def round_top(most: int) -> int:
    """An even number of counts, at least `most`, to end an axis of counts with."""
    step = max(1, round(round_step(max(most, 1) / 4)))
    return 2 * step * math.ceil(max(most, 1) / (2 * step))


@dataclass(frozen=True)
class _Plot:
    """The frame of a histogram: from bins and counts to places in the SVG."""

    edges: NDArray[np.float64]
    top: int

    def x(self, value: float) -> float:
        """Place of a value."""
        first, last = self.edges[0], self.edges[-1]
        return _LEFT + (value - first) / (last - first) * (_WIDTH - _LEFT - _RIGHT)

    def y(self, count: float) -> float:
        """Place of a count."""
        return _HEIGHT - _BOTTOM - count / self.top * (_HEIGHT - _TOP - _BOTTOM)

    def bars(self, counts: Array, quantity: Quantity) -> str:
        """One bar for each bin, with a tooltip."""
        out = []
        for count, low, high in zip(counts, self.edges, self.edges[1:], strict=False):
            x, y = self.x(low), self.y(count)
            box = f'x="{x + 0.5:.1f}" y="{y:.1f}" width="{self.x(high) - x - 1:.1f}" height="{self.y(0) - y:.1f}"'
            words = f"{quantity.text(low)} to {quantity.text(high)}: {count:,} {quantity.counted}"
            out.append(f'<rect class="bar" {box}><title>{escape(words)}</title></rect>')
        return "".join(out)

    def counts_axis(self, counted: str) -> str:
        """Lines at zero, half and full height, with their counts."""
        lines = [_text(_LEFT - 6, 9, counted)]
        for count in (0, self.top // 2, self.top):
            y, kind = self.y(count), "grid" if count else "base"
            lines.append(f'<line class="{kind}" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
            lines.append(_text(_LEFT - 6, y + 3.5, short(count), anchor="end"))
        return "".join(lines)

    def values_axis(self, unit: str) -> str:
        """Round numbers under the bars."""
        first, last = self.edges[0], self.edges[-1]
        step = round_step((last - first) / 6)
        places = np.arange(math.ceil(first / step - 1e-9), math.floor(last / step + 1e-9) + 1) * step
        y = _HEIGHT - _BOTTOM + 15
        return "".join(_text(self.x(value), y, f"{short(value)}{unit}", anchor="middle") for value in places)

    def marker(self, value: float, words: str) -> str:
        """A line at a value, with words under the axis."""
        x = self.x(min(max(value, self.edges[0]), self.edges[-1]))
        anchor = "start" if x < _WIDTH * 0.3 else "end" if x > _WIDTH * 0.7 else "middle"
        line = f'<line class="median" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP - 4}" y2="{_HEIGHT - _BOTTOM}"/>'
        return line + _text(x, _HEIGHT - 4, words, "note", anchor)


def _text(x: float, y: float, words: str, kind: str = "tick", anchor: str = "start") -> str:
    """Words at a place."""
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def short(value: float) -> str:
    """A number for an axis: no needless zeros, thousands as k."""
    if abs(value) >= 1e6:
        return f"{value / 1e6:g}M"
    return f"{value / 1e3:g}k" if abs(value) >= 1e4 else f"{round(float(value), 9):,g}"


def _row(y: float, height: float, name: str, count: int, most: int) -> str:
    """One name with its bar and its count."""
    left, right = 104, 44
    middle = y + height / 2 + 3.5
    width = max(1.0, count / most * (_WIDTH - left - right))
    label = name if len(name) <= 17 else f"{name[:16]}…"
    bar = f'<rect class="bar" x="{left}" y="{y + 2:.1f}" width="{width:.1f}" height="{height - 4:.1f}"/>'
    words = _text(left - 8, middle, label, "label", "end") + bar + _text(left + width + 5, middle, f"{count:,}")
    return f"<g><title>{escape(name)}: {count:,}</title>{words}</g>"


def _svg(height: float, words: str, parts: list[str]) -> str:
    """An SVG element that fills its column."""
    view = f'viewBox="0 0 {_WIDTH} {height}"'
    return f'<svg class="plot" {view} role="img" aria-label="{escape(words)}">{"".join(parts)}</svg>'
