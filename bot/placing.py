"""Which replies take the place of the message whose button was tapped."""

from collections.abc import Sequence
from dataclasses import replace

from dialogues.messages import Incoming, Message, Tap
from dialogues.tokens import FormToken, read

IN_PLACE = frozenset(
    {
        "link/linked",
        "join/joined",
        "join/removed",
        "start/hello",
        "language/set",
        "consent/ask",
        "consent/agreed",
        "consent/declined",
        "consent/withdrawn",
        "consent/wrong",
        "action/done",
        "action/not_yet",
        "checkin/invitation",
        "checkin/who_sees",
        "checkin/page",
        "checkin/question",
        "checkin/end",
        "checkin/look",
        "checkin/sent",
        "checkin/closed",
        "checkin/cancelled",
    }
)
"""Replies to a button that take the place of its message; others come below it."""


def settled(messages: Sequence[Message], incoming: Incoming) -> Sequence[Message]:
    """The replies to an event, the first in place of the tapped message where that fits."""
    event = incoming.event
    if not (isinstance(event, Tap) and incoming.message and incoming.private and messages):
        return messages
    first = messages[0]
    form = isinstance(read(event.token), FormToken)
    if first.replaces is None and (form or first.say.key in IN_PLACE):
        return [replace(first, replaces=incoming.message), *messages[1:]]
    return messages
