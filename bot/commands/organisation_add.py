"""`organisation add`: one more partner organisation, or more said of one that is there."""

from collections.abc import Sequence

from bot.commands.command import COORDINATOR, Command, Field, button, one, reply
from bot.oneself import not_while_reviewed
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.messages import Message, say
from dialogues.model import Sector, Standing
from storage import organisations, partnerships

NONE = "-"


def fields(scene: Scene, given: Answers) -> Sequence[Field]:
    """Name; sector and standing where somebody wants to say them."""
    sectors = tuple((s.value, say(f"phrase.sector_{s.value}")) for s in Sector)
    standings = tuple((s.value, say(f"phrase.standing_{s.value}")) for s in Standing)
    known = partnerships.organisations(scene.unit, scene.group.id)
    name = (one(given, "name") or "").casefold()
    said = (NONE,) if any(o.name.casefold() == name for o in known) else None
    return (
        Field("name", say("organisation/ask_name"), most=80),
        Field(
            "sector", say("organisation/ask_sector"), "one", sectors, optional=True, default=said
        ),
        Field("as", say("organisation/ask_standing"), "one", standings, default=(NONE,)),
    )


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """Added, or there already and described as was said; the next step is its link."""
    not_while_reviewed(scene)
    said = one(given, "sector"), one(given, "as")
    sector = Sector(said[0]) if said[0] not in (None, NONE) else None
    standing = Standing(said[1]) if said[1] not in (None, NONE) else None
    found, new = partnerships.add_organisation(
        scene.unit,
        scene.group.id,
        " ".join((one(given, "name") or "").split()),
        sector,
        standing or Standing.PARTNER,
    )
    key = "organisation/added" if new else "organisation/known"
    told = sector or found.sector, standing or found.standing
    if told != (found.sector, found.standing):
        organisations.describe(scene.unit, found.id, *told)
        key = "organisation/described"
    link = button("make_the_link", f"invite {found.id}")
    return reply(
        key,
        link,
        organisation=found.name,
        partnership=scene.group.name,
        sector=say(f"phrase.sector_{told[0].value}") if told[0] else "",
        standing=say(f"phrase.standing_{told[1].value}"),
    )


COMMAND = Command(
    "organisation add",
    run,
    COORDINATOR,
    fields=fields,
    rest="name",
    keywords={"sector": "sector", "as": "as"},
)
