"""Bars, widths of texts and the summary picture: where things stand. Knows no Result.

A figure is drawn only from counts that may be shown. Where only a sentence may, it stands
in an outlined pill, whose size follows from the sentence alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from unicodedata import combining, east_asian_width

from dialogues.messages import Localised, Say
from dialogues.texts import Reader, Texts

WIDTH, EDGE = 1080, 56
ROOM = WIDTH - 2 * EDGE
LARGE, MEDIUM, SMALL = 46, 34, 29
BAR, CELL, PAD, GAP = 64, 48, 24, 44
SIGN = 24
REGULAR = 0.97  # how wide regular letters are beside the bold ones that are measured, at most
TIGHT, DIGIT = 2.5, 1.5  # per cent of the width a number and each of its digits need in a bar

Counts = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Segment:
    """One band of a bar, in per cent of the width. `label` is "" where it does not fit."""

    band: str
    count: int
    x: float
    width: float
    middle: float
    label: str


def segments(counts: Counts, among: Sequence[Counts]) -> list[Segment]:
    """*counts* (favourable, middle, unfavourable) as a bar on the scale all of *among* share.

    Favourable to the right; the middle band lies across the same axis in every bar.
    """
    left = max(unfavourable + middle / 2 for _, middle, unfavourable in among)
    right = max(favourable + middle / 2 for favourable, middle, _ in among)
    unit = 100 / (left + right)
    favourable, middle, unfavourable = counts
    x = (left - middle / 2 - unfavourable) * unit
    found = []
    bands = (("unfavourable", unfavourable), ("middle", middle), ("favourable", favourable))
    for band, count in bands:
        wide = count * unit
        label = str(count) if wide >= TIGHT + DIGIT * len(str(count)) else ""
        shape = (round(x, 2), round(wide, 2), round(x + wide / 2, 2))
        found += [Segment(band, count, *shape, label)] if count else []
        x += wide
    return found


def place(band: str, counts: Counts, among: Sequence[Counts]) -> float:
    """Where the middle of a bar's *band* lies, in per cent; between its neighbours if empty."""
    bar = segments(counts, among)
    order = ("unfavourable", "middle", "favourable")
    for part in bar:
        if order.index(part.band) >= order.index(band):
            return part.middle if part.band == band else part.x
    return round(bar[-1].x + bar[-1].width, 2)


# Advance widths of " " to "~" in Atkinson Hyperlegible Bold, thousandths of the size.
# fmt: off
_WIDTHS = (
    320, 283, 410, 783, 619, 977, 702, 222, 366, 366, 434, 618, 243, 374, 243, 442, 652, 448,
    586, 605, 626, 612, 632, 543, 625, 561, 243, 243, 573, 618, 573, 614, 754, 690, 639, 673,
    686, 580, 544, 719, 679, 458, 560, 659, 537, 842, 700, 764, 626, 781, 654, 619, 617, 663,
    656, 883, 699, 687, 621, 333, 442, 333, 589, 430, 314, 553, 596, 520, 596, 566, 367, 597,
    572, 315, 259, 567, 314, 886, 572, 573, 596, 601, 372, 534, 379, 570, 526, 723, 533, 518,
    516, 370, 234, 370, 533,
)
# fmt: on


def measure(text: str, size: int) -> float:
    """How wide *text* gets in the picture's font; strangers are taken as wide letters."""
    total = 0
    for sign in text:
        if " " <= sign <= "~":
            total += _WIDTHS[ord(sign) - 32]
        elif not combining(sign):
            total += 1000 if east_asian_width(sign) in "FW" else 650
    return total * size / 1000


def wrap(text: str, size: int, room: float) -> list[str]:
    """*text* in lines no wider than *room*; a word that is wider is broken."""
    kept = "".join(sign if sign.isprintable() else " " for sign in text)
    lines = [""]
    for word in kept.split():
        longer = f"{lines[-1]} {word}".lstrip()
        if measure(longer, size) <= room:
            lines[-1] = longer
            continue
        lines += [""] if lines[-1] else []
        for sign in word:
            if lines[-1] and measure(lines[-1] + sign, size) > room:
                lines.append("")
            lines[-1] += sign
    return lines


@dataclass(frozen=True, slots=True)
class Row:
    """One question. `mark`: where the broker's own answer lies, in per cent of the width.

    `cells`: the steps of a bipolar question, whether each may be named and by how many;
    `ends`: what its first and its last step say.
    """

    topic: Localised
    said: Say
    counts: Counts | None
    own: Say | None
    mark: float | None
    cells: tuple[tuple[bool, int], ...] = ()
    ends: tuple[Localised, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """The summary picture in no language: `lines` of the head, largest first, then rows."""

    broker: str | Localised
    lines: tuple[Say, ...]
    legend: tuple[tuple[str, Say], ...]
    rows: tuple[Row, ...]
    foot: Say


@dataclass(slots=True)
class Sheet:
    """What is drawn so far, from the top down to `y`. The template has a function for each kind."""

    y: int = EDGE
    shapes: list[dict[str, object]] = field(default_factory=list)
    words: list[dict[str, object]] = field(default_factory=list)

    def put(self, lines: Iterable[str], size: int, x: int = EDGE, **how: object) -> None:
        """Lines of text, one below the other."""
        for line in lines:
            self.y += round(size * 1.3)
            base = self.y - round(size * 0.32)
            self.words.append({"x": x, "y": base, "size": size, "text": line, **how})

    def shape(self, kind: str, x: float, y: float, width: float, height: float) -> None:
        """One band, pill, cell, rule or mark."""
        box = {"x": round(x), "y": round(y), "width": round(width), "height": round(height)}
        self.shapes.append({"kind": kind, **box})


def draw(chart: Chart, texts: Texts, reader: Reader) -> str:
    """The summary picture for Typst, 1080 wide; its height follows from what is said."""
    sheet = lay_out(chart, texts, reader)
    values = {
        "height": sheet.y,
        "about": " · ".join(texts.label(line, reader) for line in chart.lines),
        "shapes": sheet.shapes,
        "words": sheet.words,
    }
    return texts.page("chart.typ.j2", values, reader)


def lay_out(chart: Chart, texts: Texts, reader: Reader) -> Sheet:
    """Where everything in the summary picture stands; its `y` is the picture's height."""
    sheet = Sheet()
    sizes = (LARGE, MEDIUM)
    heads = [texts.label(line, reader) for line in chart.lines]
    for place, head in enumerate(heads):
        size = sizes[place] if place < len(sizes) else SMALL
        sheet.put(wrap(head, size, ROOM), size, bold=place == 0, quiet=place > 1)
    among = [row.counts for row in chart.rows if row.counts]
    if among:
        _legend(sheet, [(band, texts.label(said, reader)) for band, said in chart.legend])
    for row in chart.rows:
        _row(sheet, chart, row, among, texts, reader)
    sheet.y += GAP
    sheet.shape("rule", EDGE, sheet.y, ROOM, 0)
    sheet.y += GAP // 2
    sheet.put(wrap(texts.label(chart.foot, reader), SMALL, ROOM), SMALL, quiet=True)
    sheet.y += EDGE
    return sheet


def _legend(sheet: Sheet, bands: Sequence[tuple[str, str]]) -> None:
    sheet.y += GAP // 2
    x = EDGE
    for band, label in bands:
        wide = round(measure(label, SMALL)) + 40 + PAD
        if x > EDGE and x + wide > WIDTH - EDGE:
            x = EDGE
            sheet.y += round(SMALL * 1.5)
        top = sheet.y
        sheet.shape(band, x, top + 5, 28, 28)
        sheet.put([label], SMALL, x + 40)
        sheet.y = top
        x += wide
    sheet.y += round(SMALL * 1.5)


def _row(
    sheet: Sheet,
    chart: Chart,
    row: Row,
    among: Sequence[Counts],
    texts: Texts,
    reader: Reader,
) -> None:
    sheet.y += GAP
    naming = chart.broker
    name = naming.in_language(reader.language) if isinstance(naming, Localised) else naming
    topic = row.topic.in_language(reader.language).replace("{broker}", name)
    sheet.put(wrap(topic, MEDIUM, ROOM), MEDIUM, bold=True)
    sheet.y += 8
    said = texts.label(row.said, reader)
    if row.counts:
        _bar(sheet, segments(row.counts, among))
        _placed(sheet, row.mark)
        sheet.put(wrap(said, SMALL, ROOM), SMALL)
    else:
        top = sheet.y
        sheet.y += PAD // 2
        lines = wrap(said, SMALL, ROOM - 2 * PAD)
        sheet.put(lines, SMALL, EDGE + PAD)
        sheet.y += PAD // 2
        wide = max(measure(line, SMALL) for line in lines) * REGULAR + 2 * PAD
        sheet.shape("pill", EDGE, top, min(wide, ROOM), sheet.y - top)
        sheet.y += 6
        _cells(sheet, row, [texts.label(end, reader) for end in row.ends])
    if row.own:
        _own(sheet, texts.label(row.own, reader), row.mark)


def _bar(sheet: Sheet, bar: Sequence[Segment]) -> None:
    for part in bar:
        x, wide = EDGE + part.x * ROOM / 100, part.width * ROOM / 100
        sheet.shape(part.band, x, sheet.y, wide, BAR)
        if part.label:
            middle, base = round(x + wide / 2), sheet.y + BAR // 2 + round(MEDIUM * 0.34)
            if part.band == "unfavourable":
                chip = measure(part.label, MEDIUM) + 20
                sheet.shape("chip", middle - chip / 2, sheet.y + 10, chip, BAR - 20)
            how = {"bold": True, "centred": True, "light": part.band == "favourable"}
            word = {"x": middle, "y": base, "size": MEDIUM, "text": part.label}
            sheet.words.append({**word, **how})
    sheet.y += BAR + 8


def _cells(sheet: Sheet, row: Row, ends: Sequence[str]) -> None:
    """A bipolar scale: boxes of one width, filled where the step may be named."""
    cells = row.cells
    if not cells:
        return
    sheet.y += 8
    wide = ROOM // len(cells)
    for number, (named, count) in enumerate(cells):
        x = EDGE + number * wide
        sheet.shape("named" if named else "empty", x, sheet.y, wide - 8, CELL)
        if count:
            base = sheet.y + CELL // 2 + round(MEDIUM * 0.34)
            word = {"x": round(x + (wide - 8) / 2), "y": base, "size": MEDIUM}
            sheet.words.append({**word, "text": str(count), "bold": True, "centred": True})
    sheet.y += CELL
    _placed(sheet, row.mark)
    top = low = sheet.y
    for number, end in enumerate(ends):
        sheet.y = top
        lines = wrap(end, SMALL, ROOM / 2 - PAD)
        left = EDGE if number == 0 else WIDTH - EDGE - max(measure(each, SMALL) for each in lines)
        sheet.put(lines, SMALL, round(left), quiet=True)
        low = max(low, sheet.y)
    sheet.y = low


def _placed(sheet: Sheet, mark: float | None) -> None:
    """The broker's own answer under the scale: an arrowhead that points to its place."""
    if mark is not None:
        sheet.y += 4
        sheet.shape("mark", EDGE + mark * ROOM / 100, sheet.y, 0, 0)
        sheet.y += SIGN


def _own(sheet: Sheet, own: str, mark: float | None) -> None:
    sheet.y += 4
    start = EDGE
    if mark is not None:
        sheet.shape("mark", EDGE + SIGN // 2, sheet.y + (SMALL - SIGN) // 2 + 4, 0, 0)
        start += SIGN + 14
    sheet.put(wrap(own, SMALL, WIDTH - EDGE - start), SMALL, start, quiet=True)
