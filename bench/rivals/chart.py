"""A report's summary picture with matplotlib: prints seconds a picture, or bytes it added.

It imports nothing of Titian: the shapes and words come as JSON, `chart.py seconds|memory JSON`.
"""

import io
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

CALLS = 9
SEVERAL = 5
DOTS = 100
POINTS = 72 / DOTS  # of a pixel
INK, QUIET, WHITE, OWN = "#16232a", "#4a585f", "#ffffff", "#5b2a86"
LOOKS = {
    "favourable": ("#0f4c5c", "#0f4c5c", 0),
    "middle": ("#dfe5e8", "#5b6a72", 0),
    "unfavourable": ("#ffffff", "#5b6a72", 0),
    "chip": ("#ffffff", "none", 10),
    "pill": ("none", "#0f4c5c", 24),
    "named": ("#a9c9d3", "#0f4c5c", 6),
    "empty": ("#ffffff", "#b9c5ca", 6),
}
"""Fill, edge and radius, as in our template."""


def draw(layout: dict[str, Any]) -> bytes:
    """The PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties
    from matplotlib.patches import FancyBboxPatch, Polygon, Rectangle

    size = layout["width"], layout["height"]
    figure = Figure(figsize=(size[0] / DOTS, size[1] / DOTS), dpi=DOTS)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, size[0]), ylim=(size[1], 0))
    axes.axis("off")
    fonts = {weight: FontProperties(fname=path) for weight, path in layout["fonts"].items()}
    for each in layout["shapes"]:
        kind, x, y = each["kind"], each["x"], each["y"]
        wide, tall = each["width"], each["height"]
        fill, edge, radius = LOOKS.get(kind, ("", "none", 0))
        line = {"edgecolor": edge, "linewidth": 2 * POINTS}
        if kind == "mark":
            axes.add_patch(Polygon([(x, y), (x + 14, y + 24), (x - 14, y + 24)], facecolor=OWN))
        elif kind == "rule":
            axes.plot((x, x + wide), (y, y), color="#8b979d", linewidth=2 * POINTS)
        elif kind == "unfavourable":
            axes.add_patch(Rectangle((x, y), wide, tall, facecolor="white", hatch="//", **line))
        elif radius:
            style = f"round,pad=0,rounding_size={radius}"
            axes.add_patch(FancyBboxPatch((x, y), wide, tall, style, facecolor=fill, **line))
        else:
            axes.add_patch(Rectangle((x, y), wide, tall, facecolor=fill, **line))
    for each in layout["words"]:
        axes.text(
            each["x"],
            each["y"],
            each["text"].replace("$", r"\$"),
            fontproperties=fonts["bold" if each.get("bold") else "regular"],
            fontsize=each["size"] * POINTS,
            color=WHITE if each.get("light") else QUIET if each.get("quiet") else INK,
            ha="center" if each.get("centred") else "left",
        )
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=DOTS)
    return out.getvalue()


def most() -> float:
    """Bytes this process had at the most; `getrusage` would count the one that started it."""
    with Path("/proc/self/status").open() as status:
        line = next(each for each in status if each.startswith("VmHWM"))
    return float(line.split()[1]) * 1024


def main(what: str, layout: dict[str, Any]) -> float:
    """One figure."""
    before = most()
    if what == "memory":
        for _ in range(SEVERAL):
            assert draw(layout).startswith(b"\x89PNG")
        return most() - before
    draw(layout)
    costs = []
    for _ in range(CALLS):
        began = time.perf_counter()
        draw(layout)
        costs.append(time.perf_counter() - began)
    return statistics.median(costs)


if __name__ == "__main__":
    print(main(sys.argv[1], json.loads(sys.argv[2])))
