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


def draw(layout: dict[str, Any]) -> bytes:
    """The PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties
    from matplotlib.patches import Circle, FancyBboxPatch, Rectangle, RegularPolygon

    wide, tall = layout["width"], layout["height"]
    figure = Figure(figsize=(wide / DOTS, tall / DOTS), dpi=DOTS)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, wide), ylim=(tall, 0))
    axes.axis("off")
    fonts = {weight: FontProperties(fname=path) for weight, path in layout["fonts"].items()}
    for each in layout["shapes"]:
        kind = each["kind"]
        line = {"edgecolor": each.get("stroke", "none"), "linewidth": 2 * POINTS}
        if kind == "rect":
            box = (float(each.get("x", 0)), float(each.get("y", 0)))
            size = (float(each["width"]), float(each["height"]))
            fill = each["fill"]
            if fill.startswith("url"):
                axes.add_patch(Rectangle(box, *size, facecolor="white", hatch="//", **line))
            elif "rx" in each:
                style = f"round,pad=0,rounding_size={each['rx']}"
                axes.add_patch(FancyBboxPatch(box, *size, style, facecolor=fill, **line))
            else:
                axes.add_patch(Rectangle(box, *size, facecolor=fill, **line))
        elif kind == "circle":
            spot = (float(each["cx"]), float(each["cy"]))
            axes.add_patch(Circle(spot, float(each["r"]), facecolor=each["fill"]))
        elif kind == "path":
            x, y = map(float, each["d"].split()[1:3])
            axes.add_patch(RegularPolygon((x, y + 15), 4, radius=15, facecolor=each["fill"]))
        elif kind == "line":
            ends = [float(each[key]) for key in ("x1", "x2", "y1", "y2")]
            axes.plot(ends[:2], ends[2:], color=each["stroke"], linewidth=2 * POINTS)
        elif kind == "text":
            axes.text(
                float(each["x"]),
                float(each["y"]),
                each["words"].replace("$", r"\$"),
                fontproperties=fonts[each.get("font-weight", "400")],
                fontsize=float(each["font-size"]) * POINTS,
                color=each["fill"],
                ha="center" if each.get("text-anchor") == "middle" else "left",
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
