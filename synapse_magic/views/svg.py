"""A small drawing board for still pictures: text, lines, boxes, paths and pixels as SVG.

The picture is an image element that holds the whole SVG, because pages that strip scripts
(GitHub, a notebook that is not trusted yet) strip inline SVG too, and leave its words behind.
"""

from __future__ import annotations

import base64

import numpy as np

from synapse_magic.views import png
from synapse_magic.views.css import rules_for
from synapse_magic.views.scale import Scale, ticks
from synapse_magic.views.words import escape, number, shorten

SIZE = 12.0
FONTS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


class Drawing:
    """A still picture of a given size, filled by its methods from back to front.

    Parameters
    ----------
    width, height
        Size in pixels at full scale; narrower pages scale it down.
    label
        One sentence for screen readers.
    """

    def __init__(self, width: float, height: float, label: str) -> None:
        self.width, self.height, self.label = width, height, label
        self._parts: list[str] = []

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        anchor: str = "start",
        kind: str = "",
        room: float | None = None,
        size: float = SIZE,
        rotate: int = 0,
    ) -> None:
        """Write ``words`` with their middle height at ``y``; cut to ``room`` pixels if given."""
        shown = words if room is None else shorten(words, room, size)
        full = f"<title>{escape(words)}</title>" if shown != words else ""
        turn = f' transform="rotate({rotate} {x:.1f} {y:.1f})"' if rotate else ""
        look = f' class="syn-{kind}"' if kind else ""
        self._parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" dy=".35em" text-anchor="{anchor}" '
            f'font-size="{size:g}"{look}{turn}>{escape(shown)}{full}</text>'
        )

    def line(self, x1: float, y1: float, x2: float, y2: float, kind: str = "axis") -> None:
        """Draw a straight line."""
        self._parts.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="syn-{kind}"/>'
        )

    def rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        kind: str,
        *,
        title: str = "",
        opacity: float | None = None,
        radius: float = 0,
    ) -> None:
        """Draw a box; ``title`` is its tooltip."""
        faint = f' fill-opacity="{opacity:.3f}"' if opacity is not None else ""
        round_ = f' rx="{radius:g}"' if radius else ""
        told = f"<title>{escape(title)}</title>" if title else ""
        self._parts.append(
            f'<rect x="{x:.2f}" y="{y:.2f}" width="{max(width, 0):.2f}" '
            f'height="{max(height, 0):.2f}"{round_} class="syn-{kind}"{faint}>{told}</rect>'
        )

    def path(self, xs: np.ndarray, ys: np.ndarray, kind: str, *, colour: str = "") -> None:
        """Draw a line through the points, lifted where one of them is not finite."""
        pen, steps = "M", []
        for x, y in zip(xs.tolist(), ys.tolist(), strict=True):
            if np.isfinite(x) and np.isfinite(y):
                steps.append(f"{pen}{x:.1f} {y:.1f}")
                pen = "L"
            else:
                pen = "M"
        stroke = f' style="stroke:{colour}"' if colour else ""
        self._parts.append(f'<path d="{"".join(steps)}" class="syn-{kind}"{stroke}/>')

    def polygon(self, points: list[tuple[float, float]], kind: str, title: str = "") -> None:
        """Draw a filled shape."""
        told = f"<title>{escape(title)}</title>" if title else ""
        corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self._parts.append(f'<polygon points="{corners}" class="syn-{kind}">{told}</polygon>')

    def dots(
        self, xs: np.ndarray, ys: np.ndarray, radius: float, kind: str, colour: str = ""
    ) -> None:
        """Draw a dot at each point."""
        fill = f' style="fill:{colour}"' if colour else ""
        self._parts.extend(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" class="syn-{kind}"{fill}/>'
            for x, y in zip(xs.tolist(), ys.tolist(), strict=True)
            if np.isfinite(x) and np.isfinite(y)
        )

    def picture(self, x: float, y: float, width: float, height: float, pixels: np.ndarray) -> None:
        """Place an RGBA pixel picture."""
        self._parts.append(
            f'<image x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
            f'preserveAspectRatio="none" href="{png.data_url(pixels)}"/>'
        )

    def bottom_axis(self, scale: Scale, y: float, title: str, *, top: float | None = None) -> None:
        """Draw tick values under ``y``, with grid lines up to ``top``, and the axis title."""
        for value in ticks(scale.low, scale.high, max(2, int(abs(scale.end - scale.start) / 75))):
            if top is not None:
                self.line(scale(value), top, scale(value), y, "grid")
            self.text(scale(value), y + 11, number(value), anchor="middle", kind="dim", size=11)
        if title:
            middle = (scale.start + scale.end) / 2
            self.text(middle, y + 28, title, anchor="middle", kind="dim")

    def left_axis(self, scale: Scale, x: float, title: str, *, right: float | None = None) -> None:
        """Draw tick values left of ``x``, with grid lines to ``right``, and the axis title."""
        for value in ticks(scale.low, scale.high, max(2, int(abs(scale.end - scale.start) / 50))):
            if right is not None:
                self.line(x, scale(value), right, scale(value), "grid")
            self.text(x - 6, scale(value), number(value), anchor="end", kind="dim", size=11)
        if title:
            middle = (scale.start + scale.end) / 2
            self.text(x - 46, middle, title, anchor="middle", kind="dim", rotate=-90)

    def svg(self) -> str:
        """Return the SVG document: it stands alone, on a white ground."""
        body = "".join(self._parts)
        size = f'width="{self.width:g}" height="{self.height:g}"'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="syn-svg" {size} '
            f'viewBox="0 0 {self.width:g} {self.height:g}" font-family="{FONTS}">'
            f'<style>{rules_for(body)}</style><rect {size} fill="#fff"/>{body}</svg>'
        )

    def image(self, *, fluid: bool = True) -> str:
        """Return the picture as an image element.

        ``fluid`` lets a narrow page shrink it; else it keeps its size, for a box that scrolls.
        """
        most = f"width:100%;max-width:{self.width:g}px"
        style = most if fluid else f"width:{self.width:g}px;max-width:none"
        data = base64.b64encode(self.svg().encode()).decode("ascii")
        return (
            f'<img class="syn-svg" alt="{escape(self.label)}" '
            f'style="{style}" '
            f'src="data:image/svg+xml;base64,{data}">'
        )
