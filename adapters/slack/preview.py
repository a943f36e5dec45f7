"""The requests a message becomes, without sending them."""

from collections.abc import Iterator, Mapping
from typing import Any

from adapters.slack import modals
from adapters.slack.modals import Carrier
from adapters.slack.outgoing import parts
from dialogues.messages import Outgoing


def requests(outgoing: Outgoing) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each method with its arguments; channels, times and triggers are left out."""
    if outgoing.form is not None:
        for page in range(len(modals.pages(outgoing.form))):
            yield "views.open", {"view": modals.view(outgoing.form, Carrier(), page)}
        return
    for part in parts(outgoing):
        yield "chat.postMessage", {"text": part.text, "blocks": part.blocks}
