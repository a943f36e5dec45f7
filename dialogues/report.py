"""A review's report: a Result put in order for its reader, in no language yet.

Its only inputs are the Result, the frozen check-in with its facts, what everybody may know of
the review, and the broker's own answers (DESIGN 5). What they amount to: `findings`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from dialogues.answers import Answers, Band
from dialogues.charts import Chart, Counts, Row
from dialogues.checkin import CheckIn, Fact, Words
from dialogues.details import balance, both_ends, detail, mark
from dialogues.disclosure import Result
from dialogues.findings import Entry, Gap, find, prompts
from dialogues.history import Past, trend
from dialogues.messages import Button, Localised, Say, say
from dialogues.model import Assignment, Partnership, Purpose, Review, ReviewState
from dialogues.sentences import Voice
from dialogues.tokens import CommandToken, write

BROKER = "broker"
"""The reader who is addressed as "you"; any other is a coordinator."""
PARTNER = "partner"
TERMINOLOGY = "terminology"
ONE_SCREEN = 600
"""Characters of comments up to which a chat message shows them itself."""
LEGEND = tuple(
    (band.value, say("report/legend", band=band.value))
    for band in (Band.UNFAVOURABLE, Band.MIDDLE, Band.FAVOURABLE)
)


@dataclass(frozen=True, slots=True)
class Report:
    """What a reader gets to see. Not `released` is conversation mode, without numbers.

    `past`: earlier Results of the same check-in, broker and kind of assignment; `other`: the
    report of the other direction, what partners say they give the role.
    """

    review: Review
    partnership: Partnership
    assignment: Assignment | None
    title: Localised
    result: Result = field(repr=False)
    entries: tuple[Entry, ...] = field(repr=False)
    ended: bool = False
    past: tuple[Past, ...] = field(default=(), repr=False)
    other: "Report | None" = field(default=None, repr=False)

    @property
    def released(self) -> bool:
        """Whether there is a result to show."""
        return self.result.released

    @property
    def broker(self) -> str | Localised:
        """The broker's name, or the group's word for the role."""
        if self.assignment and self.assignment.name:
            return self.assignment.name
        group = self.partnership
        return Localised(en=f"our {group.term_en}", id=f"{group.term_id} kita")

    @property
    def home(self) -> str:
        """The broker's home organisation, where it is known."""
        return (self.assignment.home or "") if self.assignment else ""

    @property
    def strengths(self) -> tuple[Entry, ...]:
        """What most see favourably."""
        return tuple(e for e in self.entries if e.leaning is Band.FAVOURABLE)

    @property
    def worth_talking(self) -> tuple[Entry, ...]:
        """Where most see a need for change, or views differ."""
        return tuple(e for e in self.entries if e.leaning in (Band.UNFAVOURABLE, Band.MIDDLE))

    @property
    def named(self) -> tuple[Entry, ...]:
        """Questions with options, some of which may be shown."""
        return tuple(e for e in self.entries if e.shown and e.shown.options)

    @property
    def changed(self) -> tuple[Entry, ...]:
        """Questions of which only the change may be told (R7)."""
        return tuple(e for e in self.entries if e.shown and e.shown.change)

    @property
    def gaps(self) -> tuple[Entry, ...]:
        """Where the broker's own answer can be set beside what is shown."""
        return tuple(e for e in self.entries if e.gap)

    def chat(self, who: str) -> Say:
        """The summary for a chat, one screen."""
        voice, comments = self._voice(who), self.result.comments
        fitting = comments if sum(map(len, comments)) <= ONE_SCREEN else ()
        common = {**self._common(who), "comments": fitting, "written": len(comments)}
        if not self.released:
            return say("report/conversation", **common, withheld=False)
        return say(
            "report/chat" if voice.you else "report/coordinator",
            **common,
            withheld=self.result.comments_withheld,
            strengths=[voice.said(e, "list") for e in self.strengths],
            talk=[[voice.said(e, "list"), voice.own(e)] for e in self.worth_talking],
            named=[voice.said(e, "list") for e in self.named],
            changes=[voice.said(e, "list") for e in self.changed],
        )

    def listed(self, voice: Voice) -> dict[str, object]:
        """What stands of it beside another report: when, and its sentences, strengths first."""
        return {
            "period": self._period(dated=True),
            "strengths": [voice.said(e, "list") for e in self.strengths],
            "talk": [voice.said(e, "list") for e in self.worth_talking],
        }

    def guide(self, who: str) -> Say:
        """How to lead a talk of 45 minutes: about the result, or without one on the questions."""
        closed = [e for e in self.entries if e.shown]
        questions = [[e.question.topic, e.text] for e in closed]
        common = self._common(who)
        return say("report/guide", **common, questions=questions, prompts=self._prompts(who))

    def below(self, entry: Entry, who: str) -> Say:
        """What is shown of one question, as it stands under the question itself."""
        return self._voice(who).said(entry, "below")

    def page(self, who: str) -> tuple[str, dict[str, object]]:
        """The whole report as HTML: a template's name and its values, for `Texts.page`."""
        return "report.html.j2", self._whole(who)

    def paper(self, who: str) -> tuple[str, dict[str, object]]:
        """The same for A4: a summary page and the details, in Typst."""
        return "report.typ.j2", self._whole(who)

    def _whole(self, who: str) -> dict[str, object]:
        voice, common, among = self._voice(who), self._common(who), self._among()
        heads = ("heading", "group", "turnout", "views")
        found = [
            detail(e, voice, among, trend(e.question, e.shown, self.review.closes_at, self.past))
            for e in self.entries
        ]
        return {
            **common,
            **{head: say(f"report/{head}", **common) for head in heads},
            "period": self._period(dated=True),
            "yours": voice.own_is_yours,
            "arrangement": self._arrangement(),
            "strengths": [voice.said(e, "list") for e in self.strengths],
            "talk": [voice.said(e, "list") for e in self.worth_talking],
            "named": [voice.said(e, "list") for e in self.named],
            "changes": [voice.said(e, "list") for e in self.changed],
            "gaps": [
                {"said": own[0]["gap"], "entries": own}
                for kind in Gap
                if (own := [d for d, e in zip(found, self.entries, strict=True) if e.gap is kind])
            ],
            "entries": found,
            "other": self.other.listed(voice) if self.other else None,
            "legend": LEGEND,
            "comments": self.result.comments,
            "withheld": self.result.comments_withheld,
            "prompts": self._prompts(who),
        }

    def chart(self, who: str) -> Chart:
        """The summary picture, for `charts.draw`. Without a result it has no rows."""
        voice, common = self._voice(who), self._common(who)
        heading, group, turnout, views = (
            say(f"report/{head}", **common) for head in ("heading", "group", "turnout", "views")
        )
        lines = (heading, group, self._period(dated=True), *[turnout] * self.released)
        found = tuple(self._row(e, voice) for e in self.entries if e.shown and self.released)
        return Chart(self.broker, lines, LEGEND, found, views)

    def buttons(self, who: str) -> tuple[Button, ...]:
        """What stands under the summary: the whole page where there is a result, the guide.

        Partners who get to see it have no command to ask for more.
        """
        if who == PARTNER:
            return ()
        pages = [("page", "whole_report"), ("guide", "talk_questions")]
        if not self.released:
            pages = [("guide", "conversation_guide")]
        tokens = [CommandToken(self._command(who, page)) for page, _ in pages]
        labels = [say(f"label.{name}") for _, name in pages]
        further = tuple(Button(label, write(t)) for label, t in zip(labels, tokens, strict=True))
        return (*further, *self._terms(who))

    def further(self, who: str) -> tuple[Button, ...]:
        """What stands under the whole page: its figures, where there are any."""
        if who == PARTNER or not self.released:
            return ()
        return (Button(say("label.figures"), write(CommandToken(self._command(who, "data")))),)

    def _command(self, who: str, page: str) -> str:
        command = "feedback" if who == BROKER else "review results"
        return f"{command} {page} of {self.review.id}"

    def _terms(self, who: str) -> tuple[Button, ...]:
        """A name for the role that may be shown can be taken over at once."""
        if self.review.checkin_id != TERMINOLOGY or who == BROKER:
            return ()
        named = next((e for e in self.named if e.question.key == "term"), None)
        if named is None or named.shown is None or isinstance(named.question, Words):
            return ()
        return tuple(
            Button(
                say("label.use_term", term=option.text),
                write(CommandToken(f"partnership term {option.key}")),
            )
            for option in named.question.options
            if option.key in (named.shown.options or ()) and option.key != "other"
        )

    def _voice(self, who: str) -> Voice:
        you = who == BROKER and self.assignment is not None
        return Voice(self.broker, you, self.home, who == BROKER)

    def _common(self, who: str) -> dict[str, object]:
        review, result = self.review, self.result
        return {
            "you": self._voice(who).you,
            "about": self.assignment is not None,
            "broker": self.broker,
            "org": self.home,
            "partnership": self.partnership.name,
            "title": self.title,
            "opens": review.opens_at,
            "closes": review.closes_at,
            "period": self._period(dated=False),
            "share_at": review.share_at,
            "alone": review.state in (ReviewState.CLOSED, ReviewState.READ),
            "formal": review.purpose is Purpose.FORMAL,
            "released": self.released,
            "asked": result.asked,
            "organisations": result.organisations,
            "answered": result.answered or 0,
            "ended": self.ended,
        }

    def _period(self, *, dated: bool) -> Say:
        """From when to when it was open; what is kept or printed is *dated*, with the year."""
        opens, closes = self.review.opens_at, self.review.closes_at
        return say("report/period", opens=opens, closes=closes, dated=dated)

    def _arrangement(self) -> Say | None:
        about = self.assignment
        if about is None:
            return None
        kind, contractor = about.kind.value, about.contractor.value if about.contractor else ""
        names = {"home": about.home or "", "contracting": about.contracting or ""}
        return say("report/arrangement", kind=kind, contractor=contractor, **names)

    def _prompts(self, who: str) -> list[Say]:
        voice, about = self._voice(who), self.assignment is not None
        found = [voice.prompt(e) for e in prompts(self.entries)]
        return [*found, say("report/together", broker=self.broker, about=about)]

    def _row(self, entry: Entry, voice: Voice) -> Row:
        counts = entry.shown.counts if entry.shown else None
        said, own = voice.said(entry, "picture"), voice.own(entry)
        cells, ends = tuple(balance(entry)), both_ends(entry)
        at = mark(entry, self._among())
        return Row(entry.question.topic, said, counts, own, at, cells, ends)

    def _among(self) -> list[Counts]:
        return [e.shown.counts for e in self.entries if e.shown and e.shown.counts]


def build(
    *,
    result: Result,
    checkin: CheckIn,
    facts: Iterable[Fact],
    review: Review,
    partnership: Partnership,
    assignment: Assignment | None,
    mirror: Answers | None,
    ended: bool = False,
) -> Report:
    """The report of a closed round; it reads nothing else.

    Args:
        assignment: Whom the review is about; None for a decision of the group.
        mirror: The broker's own answers, if they gave them before the close.
        ended: Whether there were comments, and their time is over.
    """
    entries = find(result, checkin, facts, mirror)
    return Report(review, partnership, assignment, checkin.title, result, entries, ended)
