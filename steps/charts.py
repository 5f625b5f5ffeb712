"""Bar charts as inline SVG: readable in black and white, on paper, on a phone and by a screen reader; the same bytes
every time.

A chart is one image with a title and a description that says all of it. Every bar has its label and number above it;
the colour is the text's own (`currentColor`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH = 380
ROW, HEADING = 36, 28
TEXT, BAR, THICK = 14, 20, 10  # from a row's top: the words' base line, the bar's top, its height
LONGEST = 46  # characters of a label


@dataclass(frozen=True, slots=True)
class Bar:
    """`said` stands at the row's end, such as "58 (32 %)". `lighter`: hatched, for a rest of others. `group`: a heading
    stands above the first bar of each."""

    label: str
    value: float
    said: str
    lighter: bool = False
    group: str = ""


def bars(code: str, title: str, items: Sequence[Bar]) -> str:
    """Horizontal bars, the largest value across the whole width. `code` makes ids unique on a page. "" for none."""
    most = max((item.value for item in items), default=0)
    if not most:
        return ""
    rows: list[str] = []
    y, group = 0, ""
    for item in items:
        if item.group and item.group != group:
            group = item.group
            rows.append(f'<text class="heading" x="0" y="{y + TEXT + 6}">{escape(group)}</text>')
            y += HEADING
        rows += _row(code, item, y, WIDTH * item.value / most)
        y += ROW
    words = "; ".join(f"{item.label}: {item.said}" for item in items)
    head = [
        f'<svg class="chart" role="img" viewBox="0 0 {WIDTH} {y}" aria-labelledby="t-{code} d-{code}"'
        ' xmlns="http://www.w3.org/2000/svg">',
        f'<title id="t-{code}">{escape(title)}</title>',
        f'<desc id="d-{code}">{escape(words)}</desc>',
    ]
    if any(item.lighter for item in items):
        head.append(
            f'<pattern id="hatch-{code}" width="6" height="6" patternUnits="userSpaceOnUse"'
            ' patternTransform="rotate(45)"><rect width="2" height="6" fill="currentColor"/></pattern>'
        )
    return "\n".join([*head, *rows, "</svg>"])


def _row(code: str, item: Bar, y: int, length: float) -> list[str]:
    fill = f"url(#hatch-{code})" if item.lighter else "currentColor"
    return [
        f'<text x="0" y="{y + TEXT}">{escape(_short(item.label))}</text>',
        f'<text x="{WIDTH}" y="{y + TEXT}" text-anchor="end">{escape(item.said)}</text>',
        f'<rect x="0.5" y="{y + BAR}" width="{max(1.0, length - 1):.1f}" height="{THICK}" fill="{fill}"'
        ' stroke="currentColor"/>',
    ]


def _short(label: str) -> str:
    return label if len(label) <= LONGEST else f"{label[: LONGEST - 1].rstrip()}…"
