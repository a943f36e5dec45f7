"""What the commands about schedules share: which there are, and a line about each."""

from collections.abc import Mapping

from bot import recurring
from bot.commands.command import Field
from bot.scene import Scene, term
from dialogues.errors import Refusal
from dialogues.messages import Say, say
from dialogues.recurring import Every, Schedule
from storage import brokers, schedules


def standing(scene: Scene) -> list[Schedule]:
    """The schedules of the group, but none about the person themself (R8)."""
    found = schedules.schedules(scene.unit, scene.group.id)
    return [s for s in found if not _about_oneself(scene, s)]


def _about_oneself(scene: Scene, schedule: Schedule) -> bool:
    if schedule.assignment_id is None:
        return False
    about = brokers.assignment(scene.unit, schedule.assignment_id)
    return about.person_id == scene.person.id


def numbered(scene: Scene, number: str | None) -> Schedule:
    """The schedule a button names. Raises Refusal where it has ended."""
    found = next((s for s in standing(scene) if str(s.id) == number), None)
    if found is None:
        raise Refusal("schedule/none")
    return found


def which(scene: Scene) -> Field:
    """The field for one of several schedules; the only one is not asked for."""
    found = standing(scene)
    if not found:
        raise Refusal("schedule/none")
    options = tuple((str(s.id), say("schedule/line", **line(scene, s))) for s in found)
    default = (str(found[0].id),) if len(found) == 1 else None
    return Field("schedule", say("schedule/ask_which"), "one", options, default=default)


def line(scene: Scene, schedule: Schedule) -> Mapping[str, object]:
    """What is asked, about whom, how often, and when next."""
    about = recurring.about(scene.unit, schedule, scene.now)
    return {
        "title": scene.house.library.checkins[schedule.checkin_id].title,
        "broker": about.name if about else term(scene.group),
        "every": worded(schedule.recurrence.every),
        "due": schedule.due_at,
    }


def worded(every: Every) -> Say:
    """An interval in words."""
    return say(f"phrase.every_{every.unit}", count=every.count)
