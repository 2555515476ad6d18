"""The chart: horizontal bars on a logarithmic scale, as an SVG that follows the reader's light or dark scheme."""

import math
from collections.abc import Sequence
from xml.sax.saxutils import escape

from bench.findings import Bar

WIDTH = 760
_LABEL_WIDTH = 210
_VALUE_WIDTH = 90
_ROW = 34
_BAR = 20
_TOP = 62
_BOTTOM = 34

_OPENING = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
    'aria-labelledby="title description">'
)
_STYLE = """
  text { font: 14px system-ui, sans-serif; fill: #1f2328; }
  .title { font-size: 16px; font-weight: 600; }
  .quiet { font-size: 12px; fill: #59636e; }
  .rule { stroke: #d1d9e0; }
  .bar { fill: #8c959f; }
  .ours { fill: #0969da; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .quiet { fill: #9198a1; }
    .rule { stroke: #3d444d; }
    .bar { fill: #656c76; }
    .ours { fill: #4493f8; }
  }
"""


def svg(bars: Sequence[Bar], title: str, unit: str) -> str:
    """Return the chart.

    Args:
        bars: at least one; values above 0. Drawn from the least to the greatest.
        title: what is shown.
        unit: of the values.
    """
    ordered = sorted(bars, key=lambda bar: bar.value)
    least, decades = _scale([bar.value for bar in ordered])
    height = _TOP + _ROW * len(ordered) + _BOTTOM
    told = "; ".join(f"{bar.label} {_figure(bar.value)} {unit}" for bar in ordered)
    parts = [
        _OPENING.format(width=WIDTH, height=height),
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="description">{escape(told)}. Less is better.</desc>',
        f"<style>{_STYLE}</style>",
        f'<text class="title" x="0" y="20">{escape(title)}</text>',
        f'<text class="quiet" x="0" y="40">{escape(unit)}, logarithmic scale; less is better</text>',
        *(_rule(least, decades, power, height, unit) for power in range(least, least + decades + 1)),
        *(_bar(bar, number, least, decades) for number, bar in enumerate(ordered)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _scale(values: Sequence[float]) -> tuple[int, int]:
    """Return the power of ten on the left, and how many decades the scale spans."""
    least = math.floor(math.log10(min(values)))
    return least, max(1, math.ceil(math.log10(max(values))) - least)


def _x(value: float, least: int, decades: int) -> float:
    span = WIDTH - _LABEL_WIDTH - _VALUE_WIDTH
    return _LABEL_WIDTH + span * (math.log10(value) - least) / decades


def _rule(least: int, decades: int, power: int, height: int, unit: str) -> str:
    x = _x(10.0**power, least, decades)
    return (
        f'<line class="rule" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP - 8}" y2="{height - _BOTTOM + 4}"/>'
        f'<text class="quiet" x="{x:.1f}" y="{height - 10}" text-anchor="middle">{10.0**power:g} {escape(unit)}</text>'
    )


def _bar(bar: Bar, number: int, least: int, decades: int) -> str:
    top = _TOP + _ROW * number
    end = _x(bar.value, least, decades)
    kind = "ours" if bar.ours else "bar"
    return (
        f'<text x="{_LABEL_WIDTH - 10}" y="{top + 15}" text-anchor="end">{escape(bar.label)}</text>'
        f'<rect class="{kind}" x="{_LABEL_WIDTH}" y="{top}" width="{end - _LABEL_WIDTH:.1f}" height="{_BAR}" rx="3"/>'
        f'<text x="{end + 8:.1f}" y="{top + 15}">{_figure(bar.value)}</text>'
    )


def _figure(value: float) -> str:
    return f"{value:.3f}" if value < 1 else f"{value:.1f}"
