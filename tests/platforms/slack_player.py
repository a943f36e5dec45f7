"""Whoever plays a journey on Slack: what is written step by step is filled in as one page there.

A step is one that a page takes if the page asks the question that stood before it; where that is
not written, the next field it fits. A page is handed in once it is full, or once nothing that
somebody does next belongs to it; a check-in with its own last step.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from dialogues.tokens import WholeToken
from tests.journeys.test_journeys import ACT, HERE, Teller
from tests.platforms.slack_journeys import OnSlack
from tests.platforms.slack_pages import (
    BACKS,
    CANCELS,
    CHANGES,
    QUESTION,
    SENDS,
    Page,
    Step,
    flat,
)

OWN = re.compile(
    r"\S+\?start=| (?:In|Di) Slack[^/]*/titian [a-z]+ \w+\.?"
    r"| \[(All on one page|Semua dalam satu halaman)\]"
    r"| (Titian is run by|Titian dikelola oleh) Yayasan Contoh(: [^.]*)?\."
    r"| (Or open it here|Atau buka [^.]*)\. [^.]*\. \S+/report/\S+"
    r"|(?<=/)titian "
)
"""Links and what is typed instead, the page beside the steps, who runs the server."""


@dataclass
class Line:
    """An action of a journey, and what is written below it: [name, is it an edit, text]."""

    text: str
    shown: bool
    below: list[tuple[str, bool, str]] = field(default_factory=list)
    step: Step | None = None


def script(name: str, shown: bool = True) -> Iterator[Line]:
    """Every action, also those of what is played."""
    line = Line("", shown)
    for written in (HERE / f"{name}.txt").read_text().splitlines():
        if written.startswith("> play "):
            yield from script("_" + written.removeprefix("> play "), False)
            line = Line("", shown)
        elif written.startswith("> "):
            line = Line(written.removeprefix("> "), shown)
            yield line
        elif written.startswith("  | ") or written == "  |":
            who, edited, text = line.below[-1]
            line.below[-1] = who, edited, text + "\n" + written[4:]
        elif written.startswith("  "):
            head, edited = written.strip(), written.endswith(" (edited)")
            line.below.append((head.removesuffix(" (edited)"), edited, ""))


def read(name: str) -> list[Line]:
    """The actions of a journey, each with the question it answers."""
    lines, names, asked = list(script(name)), dict[str, str](), dict[str, str]()
    for line in lines:
        if line.text.startswith("people: "):
            for entry in line.text.removeprefix("people: ").split("; "):
                user, *called, _ = entry.split()
                names[user] = " ".join(called)
        elif (found := ACT.match(line.text)) and not found[2] and not found[5] and not found[6]:
            question = asked.get(names[found[1]], "")
            words = found[3].replace("\\n", "\n") if found[3] is not None else None
            line.step = Step(found[1], words, found[4], question)
        for who, _, text in line.below:
            asked[who] = flat(text)
    return lines


class Player(Teller):
    """Plays on Slack: steps that are one form there are handed in together."""

    def __init__(self, world: OnSlack, lines: Sequence[Line]) -> None:
        super().__init__(world)
        self.lines, self.at = lines, 0
        self.pages: dict[str, Page] = {}
        self.kept: dict[tuple[str, int], Page] = {}
        self.changing = False
        self.folded = False

    async def act(self, line: str) -> None:
        self.folded = False
        await super().act(line)

    async def _acts(self, found: re.Match[str]) -> None:
        user, step = found[1], self.lines[self.at].step
        person = self.world.people[user]
        self.folded = False
        if person.modal is not None and found[6] is None:
            command = step is None or (step.words or "").startswith("/")
            if not command and step is not None and await self._into(user, step):
                self.folded = self.folded or person.modal is not None
                return
            if person.modal is not None:
                await person.close(everything=True)
        await super()._acts(found)
        self.changing = found[4] in CHANGES
        page = self._look(user)
        idle = page is not None and page.optional and not self._fitting(user, page)
        if page is not None and page.faults:
            self._told_of(user, page.faults)
        elif page is not None and idle and not self._asked_on(user):
            await self._hand_in(user, page)
        self.folded = person.modal is not None

    def _look(self, user: str) -> Page | None:
        """The page on which somebody is now."""
        view = self.world.people[user].modal
        if view is None:
            self.pages.pop(user, None)
            return None
        page = self.pages.get(user)
        if page is None or page.view is not view:
            page = self.pages[user] = Page(view)
            if page.checkin:
                which = page.token.round_id if isinstance(page.token, WholeToken) else 0
                kept = self.kept.get((user, which))
                if kept is not None:
                    page.like(kept)
                self.kept[user, which] = page
        return page

    async def _into(self, user: str, step: Step) -> bool:
        """Put a step into the open page; False where it is no step of it."""
        page = self._look(user)
        assert page is not None
        person = self.world.people[user]
        if step.label in CANCELS:
            await person.close(everything=True)
            self.folded = True
            return True
        if page.checkin and step.label in SENDS:
            await self._hand_in(user, page)
            return True
        if step.label in BACKS and step.asked:
            return True
        place = page.place(step)
        if place is not None:
            place.put(step)
        coming = self._fitting(user, page)
        if place is not None:
            ended = not coming and not self._asked_on(user)
            if (ended and self.changing) or (not page.checkin and (page.full or ended)):
                await self._hand_in(user, page)
            return True
        if coming or page.checkin:
            page.later.append(step)
            return True
        if page.begun:
            await self._hand_in(user, page)
            if person.modal is not None:
                return await self._into(user, step)
        return False

    async def _hand_in(self, user: str, page: Page) -> None:
        person = self.world.people[user]
        await person.submit(**page.values)
        if person.modal is not None and Page(person.modal).warned:
            await person.submit()
        await self.world.settle()
        if person.form_errors:
            self._mend(user, page)
            return
        if page.reflection:
            self.kept.pop((user, 0), None)
        following = self._look(user)
        if following is None:
            return
        for step in page.later:
            if await self._into(user, step) is False:
                raise LookupError(f"no way to do {step}")

    def _mend(self, user: str, page: Page) -> None:
        """Something is wrong in a page: it is said as in the journey, and comes once more."""
        found = self.world.people[user].form_errors
        self._told_of(user, [*found.values()])
        for key in found:
            wrong = next(f for f in page.fields if f.key == key)
            wrong.given, wrong.done = [], False

    def _told_of(self, user: str, faults: Sequence[str]) -> None:
        """What is wrong is said on a page in the words of the journey."""
        line = self.lines[self.at]
        written = flat(" ".join(t for who, _, t in line.below if who == self.names[user]))
        for fault in faults:
            assert bare(fault) in bare(written) or not line.shown, (fault, written)

    def _asked_on(self, user: str) -> bool:
        """Whether the journey asks somebody one more question now."""
        line, name = self.lines[self.at], self.names[user]
        return any(who == name and QUESTION.search(flat(text)) for who, _, text in line.below)

    def _fitting(self, user: str, page: Page) -> list[Step]:
        """What somebody does next that belongs to a page."""
        return [step for step in self._coming(user) if page.place(step) is not None]

    def _coming(self, user: str) -> Iterator[Step]:
        """What somebody does next, up to their next command."""
        for line in self.lines[self.at + 1 :]:
            found = ACT.match(line.text)
            if found is None or found[1] != user:
                continue
            if line.step is None or (line.step.words or "").startswith("/"):
                return
            yield line.step


def told(lines: Sequence[str]) -> list[tuple[str, bool, str]]:
    """What `Teller` wrote, in blocks."""
    found: list[tuple[str, bool, str]] = []
    for line in lines:
        if line.startswith(("  | ", "  |")):
            who, edited, text = found[-1]
            found[-1] = who, edited, text + "\n" + line[4:]
        elif line.strip():
            head = line.strip()
            found.append((head.removesuffix(" (edited)"), head.endswith(" (edited)"), ""))
    return found


def bare(text: str) -> str:
    """Without what each platform has of its own."""
    return re.sub(r"\s+", " ", OWN.sub("", flat(text))).strip()
