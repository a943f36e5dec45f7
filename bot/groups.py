"""Groups: linked to a partnership by a button, and left in peace."""

from collections.abc import Sequence
from datetime import datetime

from bot.commands.forms import candidates
from bot.scene import Scene
from bot.uninstalling import lacking, uninstalled
from dialogues.messages import (
    Button,
    Incoming,
    Lacking,
    Message,
    Moved,
    Removed,
    Tap,
    Uninstalled,
    say,
)
from dialogues.model import Role
from dialogues.tokens import CommandToken, number, read
from storage import partnerships, people, places
from storage.store import Store


def unlinked(scene: Scene, incoming: Incoming) -> Sequence[Message]:
    """In a group that is linked to nothing: who I am, and a button for its coordinators."""
    mine = candidates(scene, frozenset({Role.COORDINATOR}))
    if isinstance(incoming.event, Tap):
        token = read(incoming.event.token)
        if isinstance(token, CommandToken) and token.text.startswith("here "):
            chosen = number(token.text.removeprefix("here "))
            if chosen is not None and any(m.partnership_id == chosen for m in mine):
                places.link_place(scene.unit, chosen, incoming.chat)
                scene.enter(chosen)
                linked = say("group/linked", partnership=scene.group.name)
                return [Message(linked, replaces=incoming.message, at=incoming.chat)]
        return [Message(say("group/not_coordinator"), at=scene.spot)]
    buttons = [
        Button(
            say(
                "label.link_to",
                partnership=partnerships.partnership(scene.unit, m.partnership_id).name,
            ),
            f"c:here {m.partnership_id}",
        )
        for m in mine
    ]
    return [Message(say("group/hello"), tuple(buttons), at=incoming.chat)]


def added(scene: Scene, incoming: Incoming) -> Sequence[Message]:
    """In a group that Titian was put into: what it is linked to from before, or who I am.

    Silence where another workspace's installation is at work in the same channel.
    """
    back = places.reopen_places(scene.unit, incoming.chat)
    if not back:
        beside = places.linked_beside(scene.unit, incoming.chat) is not None
        return () if beside else unlinked(scene, incoming)
    names = {spot: partnerships.partnership(scene.unit, group).name for group, spot in back}
    return [Message(say("group/linked", partnership=n), at=spot) for spot, n in names.items()]


async def note_group(store: Store, incoming: Incoming, now: datetime) -> bool:
    """Note what became of a chat; False where it is something else that happened."""
    chat, event = incoming.chat, incoming.event
    match event:
        case Moved(chat=new):
            await store.transact(lambda unit: places.move_place(unit, chat, new))
        case Removed() if incoming.private:
            await store.transact(lambda unit: people.mark_unreachable(unit, chat))
        case Removed():
            await store.transact(lambda unit: places.close_places(unit, chat))
        case Uninstalled(name=name):
            await uninstalled(store, chat.installation, name, now)
        case Lacking(name=name):
            await lacking(store, chat.installation, name, now)
        case _:
            return False
    return True
