"""Bar charts as inline SVG: readable in black and white, on paper and by a screen reader; the same bytes every time.

A chart repeats what the table beside it says, so it is one image with a title and a description. Every bar has its
label and number; the colour is the text's own (`currentColor`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH = 640
ROW = 26
LABEL = 250
NUMBER = 96
MOST = 20  # bars; the table has the rest
LONGEST = 36  # characters of a label


@dataclass(frozen=True, slots=True)
class Bar:
    """`said` stands at the bar's end, such as "58 (32 %)". `lighter`: hatched, for what is a rest of others."""

    label: str
    value: float
    said: str
    lighter: bool = False


def bars(code: str, title: str, items: Sequence[Bar]) -> str:
    """Horizontal bars, longest value across the whole width. `code` makes ids unique on a page. "" for none."""
    shown = [item for item in items if item.value >= 0][:MOST]
    most = max((item.value for item in shown), default=0)
    if not most:
        return ""
    height = ROW * len(shown) + 4
    words = "; ".join(f"{item.label}: {item.said}" for item in shown)
    hatch = f"hatch-{code}"
    lines = [
        f'<svg class="chart" role="img" viewBox="0 0 {WIDTH} {height}" aria-labelledby="t-{code} d-{code}"'
        ' xmlns="http://www.w3.org/2000/svg">',
        f'<title id="t-{code}">{escape(title)}</title>',
        f'<desc id="d-{code}">{escape(words)}</desc>',
    ]
    if any(item.lighter for item in shown):
        lines.append(
            f'<pattern id="{hatch}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
            '<rect width="2" height="6" fill="currentColor"/></pattern>'
        )
    room = WIDTH - LABEL - NUMBER - 8
    for number, item in enumerate(shown):
        y = ROW * number + 2
        length = max(1.0, room * item.value / most) if item.value else 0.0
        fill = f"url(#{hatch})" if item.lighter else "currentColor"
        lines += [
            f'<text x="{LABEL - 8}" y="{y + 16}" text-anchor="end" direction="ltr">{escape(_short(item.label))}</text>',
            f'<rect x="{LABEL}" y="{y + 3}" width="{length:.1f}" height="{ROW - 9}" fill="{fill}"'
            ' stroke="currentColor"/>',
            f'<text x="{LABEL + length + 6:.1f}" y="{y + 16}">{escape(item.said)}</text>',
        ]
    return "\n".join([*lines, "</svg>"])


def _short(label: str) -> str:
    return label if len(label) <= LONGEST else f"{label[: LONGEST - 1].rstrip()}…"
