"""A modal of Titian's, filled in by steps that were written for a chat."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from adapters.slack import modals
from dialogues.tokens import WholeToken, read
from tests.doubles.slack_elements import Json

SKIPS = ("Skip", "Lewati", "Not specified", "Tidak dirinci", "Done", "Selesai")
KEEPS = ("Keep it", "Simpan")
SENDS = ("Send my answers", "Kirim jawaban saya", *KEEPS)
CHANGES = ("Change an answer", "Ubah jawaban")
CANCELS = ("Cancel", "Batal")
BACKS = ("Back", "Kembali", "Look at them again", "Lihat lagi jawaban saya")
QUESTION = re.compile(r"\d+ (of|dari) \d+ ")
PARAGRAPH = "\n\n"


@dataclass(frozen=True)
class Step:
    """One thing somebody does; `asked` is the question that stood before them, if it is written."""

    user: str
    words: str | None = None
    label: str | None = None
    asked: str = ""


@dataclass
class Asked:
    """One field of a modal, as its reader sees it."""

    key: str
    label: str
    hint: str
    kind: str
    optional: bool
    options: dict[str, str]
    given: list[str] = field(default_factory=list)
    done: bool = False

    @property
    def typed(self) -> bool:
        """Whether words are written into it."""
        return self.kind == "plain_text_input"

    @property
    def many(self) -> bool:
        """Whether several may be chosen."""
        return self.kind == "checkboxes" or self.kind.startswith("multi_")

    def holds(self, step: Step, placed: bool) -> bool:
        """Whether *step* can be its answer; *placed*: it is known to be asked there."""
        if step.words is not None:
            return self.typed
        label = step.label or ""
        if label in self.options or (placed and self.names(label)) or label in self.offered:
            return True
        return (self.optional and (placed or label in SKIPS)) or (self.many and label in SKIPS)

    def names(self, label: str) -> bool:
        """Whether what a button said can be written here: a usual value, or one that is needed."""
        return self.typed and (label in self.offered or not self.optional)

    @property
    def offered(self) -> list[str]:
        """The usual values under a field."""
        return self.hint.split(" · ") if self.typed and self.hint else []

    def put(self, step: Step) -> None:
        """Write or choose the answer; what skips leaves the field as it is."""
        label = step.label or ""
        if step.words is not None:
            self.given, self.done = [step.words], True
        elif label in self.options:
            value = self.options[label]
            others = [one for one in self.given if one != value] if self.many else []
            self.given = others if value in self.given and self.many else [*others, value]
            self.done = not self.many
        elif self.names(label) and label not in SKIPS:
            self.given, self.done = [label], True
        else:
            self.done = True

    @property
    def value(self) -> Any:
        """What the double is told."""
        return self.given if self.many else self.given[0]


class Page:
    """An open modal, and what was put into it so far."""

    def __init__(self, view: Json) -> None:
        self.view = view
        self.later: list[Step] = []
        self.fields = list(_fields(view))
        self.faults = list(_faults(view))
        self.token = read(modals.note(view).token)
        self.reflection = view["submit"]["text"] in KEEPS
        self.checkin = isinstance(self.token, WholeToken) or self.reflection
        self.warned = isinstance(self.token, WholeToken) and self.token.warned

    def like(self, before: "Page") -> None:
        """Write again what was written before, on a page of the same questions."""
        known = {f.key: f for f in before.fields}
        for one in self.fields:
            if one.key in known:
                one.given, one.done = [*known[one.key].given], known[one.key].done

    def place(self, step: Step) -> Asked | None:
        """The field that *step* answers."""
        named = [f for f in self.fields if flat(f.label) in step.asked]
        if named:
            best = max(named, key=lambda f: len(f.label))
            return best if best.holds(step, placed=True) else None
        if QUESTION.search(step.asked):
            return None
        return next((f for f in self.fields if not f.done and f.holds(step, placed=False)), None)

    @property
    def full(self) -> bool:
        """Whether every field was answered or skipped."""
        return all(f.done for f in self.fields)

    @property
    def optional(self) -> bool:
        """Whether everything can be left empty."""
        return not self.checkin and all(f.optional for f in self.fields)

    @property
    def begun(self) -> bool:
        """Whether anything was put in."""
        return any(f.given or f.done for f in self.fields)

    @property
    def values(self) -> dict[str, Any]:
        """For the double's submit."""
        return {f.key: f.value for f in self.fields if f.given}


def flat(text: str) -> str:
    """Words in a row."""
    return re.sub(r"\s+", " ", text.replace("•", "-")).strip()


def _faults(view: Json) -> Iterator[str]:
    for block in view["blocks"]:
        for part in block["elements"] if block["type"] == "context" else ():
            if part.get("text", "").startswith(modals.WARNING):
                yield part["text"].removeprefix(modals.WARNING)


def _fields(view: Json) -> Any:
    listed: list[str] = []
    for block in view["blocks"]:
        if block["type"] == "rich_text":
            listed = [
                "".join(part["text"] for part in item["elements"])
                for whole in block["elements"]
                if whole["type"] == "rich_text_list"
                for item in whole["elements"]
            ]
        if block["type"] != "input":
            continue
        element = block["element"]
        groups = element.get("option_groups", ())
        known = element.get("options") or [o for g in groups for o in g["options"]]
        texts = [option["text"]["text"] for option in known]
        if listed and texts and texts[0] == "1":
            texts = listed
        options = dict(zip(texts, (option["value"] for option in known), strict=True))
        hint = block.get("hint", {}).get("text", "")
        label = block["label"]["text"]
        yield Asked(
            block["block_id"],
            label,
            hint,
            element["type"],
            bool(block.get("optional")),
            options,
        )
        listed = []
