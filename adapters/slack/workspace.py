"""Everything that belongs to one workspace's token: its pace, its people, their pages."""

from collections.abc import Mapping

from slack_bolt.authorization import AuthorizeResult

from adapters.slack import clients
from adapters.slack.directory import Directory
from adapters.slack.forms import Forms
from adapters.slack.home import Homes
from adapters.slack.lanes import Lanes
from adapters.slack.pacing import Pace
from adapters.slack.replying import Replies
from adapters.slack.sending import Sending
from adapters.slack.talking import Talking
from dialogues.messages import Outgoing
from dialogues.ports import Handler


class Workspace:
    """One workspace. What is sent keeps to its own pace."""

    def __init__(
        self,
        installation: str,
        token: str,
        api_url: str,
        sorry: Mapping[str, str],
        pace: Pace,
        lines: clients.Lines,
    ) -> None:
        """*sorry* is what people hear, by language, where something went wrong."""
        self.installation = installation
        self.pace = pace
        self.client = clients.Client(token, api_url, clients.PATIENT, lines)
        self._quick = clients.Client(token, api_url, clients.QUICK, lines)
        self._sorry = sorry
        self._sending = Sending(self.client, pace, lines, installation)
        self._directory = Directory(self.client)
        self._forms = Forms()
        self._homes: Homes | None = None

    @property
    def token(self) -> str:
        """What lets us in now."""
        return self.client.token or ""

    def use(self, token: str) -> None:
        """Go on with a renewed token."""
        self.client.token = self._quick.token = token

    def open(self, handler: Handler, lanes: Lanes, me: AuthorizeResult) -> Talking:
        """What talks with its people from now on. *me*: who we are there."""
        self._homes = Homes(self.client, handler, lanes)
        return Talking(
            handler,
            Replies(self._sending, handler),
            self._directory,
            self._quick,
            self._forms,
            lanes,
            self._homes,
            self._sorry,
            me,
            self.installation,
        )

    def close(self) -> None:
        """Nobody's page is kept up to date any more."""
        self._homes = None

    async def send(self, outgoing: Outgoing) -> str:
        """See Adapter.send."""
        message = await self._sending.send(outgoing)
        if self._homes is not None:
            self._homes.renew(outgoing.to.chat)
        return message
