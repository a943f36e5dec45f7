"""`review list`: every review of the group, the latest first, and what comes again."""

from collections.abc import Sequence

from bot.commands.command import COORDINATOR, Command, button, reply
from bot.commands.scheduled import line, standing
from bot.oneself import about_oneself
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.messages import Message, say
from storage import reviews


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """A line each: title, dates, where it stands."""
    titles = scene.house.library.checkins
    lines = [
        {
            "title": titles[r.checkin_id].title,
            "opens": r.opens_at,
            "closes": r.closes_at,
            "state": say(f"phrase.state_{r.state.value}"),
        }
        for r in reviews.reviews(scene.unit, scene.group.id)
        if not about_oneself(scene, r)
    ]
    coming = [line(scene, schedule) for schedule in standing(scene)]
    buttons = (button("unschedule", "review unschedule"),) if coming else ()
    return reply("review/list", *buttons, lines=lines, coming=coming, partnership=scene.group.name)


COMMAND = Command("review list", run, COORDINATOR, aliases=("reviews",))
