"""Groups: linked to a partnership by a button, and left in peace."""

from collections.abc import Sequence

from bot.commands.forms import candidates
from bot.scene import Scene
from dialogues.messages import Button, Incoming, Message, Tap, say
from dialogues.model import Role
from dialogues.tokens import CommandToken, read
from storage import partnerships


def unlinked(scene: Scene, incoming: Incoming) -> Sequence[Message]:
    """In a group that is linked to nothing: who I am, and a button for its coordinators."""
    mine = candidates(scene, frozenset({Role.COORDINATOR}))
    if isinstance(incoming.event, Tap):
        token = read(incoming.event.token)
        if isinstance(token, CommandToken) and token.text.startswith("here "):
            chosen = int(token.text.removeprefix("here "))
            if any(m.partnership_id == chosen for m in mine):
                partnerships.link_place(scene.unit, chosen, incoming.chat)
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
