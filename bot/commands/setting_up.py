"""Setting up a formal review: which check-ins, who reads, who leads the talk, what partners see.

The questions are those of the check-in `review-setup`; partners read the answers in the
invitation, and nothing of it changes once somebody was invited.
"""

from collections.abc import Iterable, Sequence

from bot import formality
from bot.commands.command import Field, button, one
from bot.scene import Scene
from bot.starting import may_start
from dialogues.answers import Answers
from dialogues.checkin import CheckIn, Words
from dialogues.errors import Refusal
from dialogues.messages import Localised, Say, say
from dialogues.model import Assignment, Kind, Purpose, Review
from storage import formal, partnerships, reviews, timers

MOST = 3
ALWAYS = "enabling-conditions"
POSITION = {Kind.INTERNAL: "internal-broker", Kind.EXTERNAL: "external-broker"}


def is_formal(given: Answers) -> bool:
    """Whether the review is to be a formal one."""
    return one(given, "purpose") == Purpose.FORMAL.value


def fields(scene: Scene, given: Answers, checkin: CheckIn | None) -> Sequence[Field]:
    """The further questions of a formal review about a broker."""
    if not is_formal(given) or checkin is None or checkin.about != "broker":
        return ()
    if checkin.confidence != "sealed":
        return ()
    asked = {q.key: q for q in scene.house.library.checkins["review-setup"].questions}

    def options(key: str, *but: str) -> tuple[tuple[str, Localised], ...]:
        question = asked[key]
        assert not isinstance(question, Words)
        return tuple((o.key, o.text) for o in question.options if o.key not in but)

    def worded(key: str) -> Say:
        return say("formal/asked", text=asked[key].text)

    own = "position" if checkin.id in POSITION.values() else checkin.id
    more = options("topics", own.replace("-", "_"), ALWAYS.replace("-", "_"))
    return (
        Field("topics", say("formal/ask_topics"), "many", more, optional=True,
              skip=say("label.nothing_more")),
        Field("readers", worded("readers"), "one", options("readers")),
        Field("talk", worded("talk"), "one", options("talk")),
        Field("share", worded("share"), "one", options("share")),
    )  # fmt: skip


def parts(scene: Scene, given: Answers, first: CheckIn, about: Assignment | None) -> list[CheckIn]:
    """Every check-in of a formal review, the one it was started with first. Raises Refusal."""
    if not is_formal(given) or about is None or first.confidence != "sealed":
        return [first]
    chosen = given.get("topics")
    names = [first.id]
    for topic in chosen if isinstance(chosen, tuple) else ():
        name = POSITION[about.kind] if topic == "position" else topic.replace("_", "-")
        names.append(name)
    if len(dict.fromkeys(names)) > MOST:
        raise Refusal("formal/too_many", most=MOST)
    return [scene.house.library.checkins[n] for n in dict.fromkeys([*names, ALWAYS])]


def must_start(
    scene: Scene,
    given: Answers,
    first: CheckIn,
    about: Assignment | None,
    without: Iterable[int],
) -> None:
    """Every part can start, and whoever is to read is here. Raises Refusal."""
    for checkin in parts(scene, given, first, about):
        may_start(scene.unit, scene.group, checkin, about, set(without), scene.now)
    if one(given, "readers") == formality.PAIR and not formality.pair(
        scene.unit, scene.group.id, about
    ):
        raise Refusal(
            "formal/nobody_to_read",
            buttons=(
                button("link_line_manager", "invite line_manager"),
                button("link_representative", "invite representative"),
            ),
        )


def settled(scene: Scene, given: Answers, about: Assignment) -> Say | str:
    """What partners will read of it, for the confirmation."""
    reading = one(given, "readers")
    if not is_formal(given) or reading is None:
        return ""
    chosen = formality.readers(scene.unit, scene.group.id, reading, about)
    return say(
        "formal/settled",
        broker=about.name,
        reading=reading,
        names=[partnerships.member(scene.unit, member).name for member in chosen],
        talk=one(given, "talk") or "",
        share=one(given, "share") or "",
    )


def plan(scene: Scene, given: Answers, lead: Review, about: Assignment | None) -> None:
    """The further parts of a formal review, planned for the same time."""
    first = scene.house.library.checkins[lead.checkin_id]
    if not is_formal(given) or about is None or first.confidence != "sealed":
        return
    reading = one(given, "readers") or formality.COORDINATORS
    readers = formality.readers(scene.unit, scene.group.id, reading, about)
    formal.begin(
        scene.unit, lead.id, reading, readers, one(given, "talk") or "", one(given, "share") or ""
    )
    for checkin in parts(scene, given, first, about)[1:]:
        part = reviews.new_review(
            scene.unit,
            scene.group.id,
            about.id,
            lead.started_by,
            checkin.id,
            Purpose.FORMAL,
            lead.opens_at,
            lead.closes_at,
            reviews.left_out(scene.unit, lead.id),
            scene.now,
            lead.unasked,
        )
        formal.add_part(scene.unit, lead.id, part.id)
        timers.put(scene.unit, f"review:{part.id}:open", "open", lead.opens_at, review=part.id)
