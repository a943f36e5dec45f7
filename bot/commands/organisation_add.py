"""`organisation add`: one more partner organisation."""

from collections.abc import Sequence

from bot.commands.command import COORDINATOR, Command, Field, button, one, reply
from bot.oneself import not_while_reviewed
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.messages import Message, say
from dialogues.model import Sector, Standing
from storage import partnerships


def fields(scene: Scene, given: Answers) -> Sequence[Field]:
    """Name; sector and standing where somebody wants to say them."""
    sectors = tuple((s.value, say(f"phrase.sector_{s.value}")) for s in Sector)
    standings = tuple((s.value, say(f"phrase.standing_{s.value}")) for s in Standing)
    return (
        Field("name", say("organisation/ask_name"), most=80),
        Field("sector", say("organisation/ask_sector"), "one", sectors, optional=True),
        Field(
            "as",
            say("organisation/ask_standing"),
            "one",
            standings,
            default=(Standing.PARTNER.value,),
        ),
    )


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """Added, or there already; the next step is its link."""
    not_while_reviewed(scene)
    sector = one(given, "sector")
    organisation, new = partnerships.add_organisation(
        scene.unit,
        scene.group.id,
        " ".join((one(given, "name") or "").split()),
        Sector(sector) if sector else None,
        Standing(one(given, "as") or Standing.PARTNER.value),
    )
    key = "organisation/added" if new else "organisation/known"
    link = button("make_the_link", f"invite {organisation.id}")
    return reply(key, link, organisation=organisation.name, partnership=scene.group.name)


COMMAND = Command(
    "organisation add",
    run,
    COORDINATOR,
    fields=fields,
    rest="name",
    keywords={"sector": "sector", "as": "as"},
)
