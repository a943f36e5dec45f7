"""Whatever goes wrong while something is decided is said kindly, and once."""

from collections.abc import Sequence

import structlog

from bot.scene import spoken
from dialogues.errors import NotNow
from dialogues.messages import Filled, Incoming, Outgoing, Spot
from dialogues.ports import Handler
from dialogues.texts import Texts

log = structlog.get_logger()


class Forgiving:
    """A Handler around another one: a mistake of ours becomes a sentence, not silence.

    The database being away is no mistake: `NotNow` passes, and the platform asks again.
    """

    def __init__(self, inner: Handler, texts: Texts) -> None:
        self._inner = inner
        self._texts = texts

    async def handle(self, incoming: Incoming) -> Sequence[Outgoing]:
        """See Handler."""
        try:
            return await self._inner.handle(incoming)
        except NotNow:
            raise
        except Exception as error:
            if isinstance(incoming.event, Filled):
                raise  # the platform says it beside the form, so that nothing filled in is lost
            log.error("not_handled", part=incoming.chat.installation, error=type(error).__name__)
            language = spoken(incoming.language) or "en"
            chat = incoming.chat
            to = chat if incoming.private else Spot(chat.installation, incoming.sender.user)
            text = self._texts.fixed("fault.trouble", language)
            return [Outgoing(to, text, language=language)] if incoming.sender.user else ()

    async def sent(self, outgoing: Outgoing, message: str) -> None:
        """See Handler."""
        try:
            await self._inner.sent(outgoing, message)
        except Exception as error:  # noqa: BLE001  (the message is out: nothing else is lost)
            log.error("not_noted", part=outgoing.to.installation, error=type(error).__name__)
