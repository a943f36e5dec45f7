"""A workspace that took Titian out, or lets it do too little: coordinators hear of it once.

Its tokens go, its people hear no more, open rounds go on.
"""

from datetime import datetime

import structlog

from dialogues.messages import Message, say
from dialogues.model import Role
from storage import installations, outbox, partnerships, people
from storage.store import Store, Unit

log = structlog.get_logger()


async def uninstalled(store: Store, installation: str, workspace: str, now: datetime) -> None:
    """Note it once, however often it is heard of. *workspace*: its name, for people."""

    def note(unit: Unit) -> bool:
        if not installations.forget(unit, installation):
            return False
        key = f"uninstalled:{installation}:{now.timestamp():.0f}"
        _tell(unit, key, "group/uninstalled", installation, workspace, now)
        return True

    if await store.transact(note):
        log.warning(
            "workspace_gone", part=installation, hint="it took Titian out, or its token was revoked"
        )


async def lacking(store: Store, installation: str, workspace: str, now: datetime) -> None:
    """Say it at most once a month; what is missing stands in the log."""
    key = f"lacking:{installation}:{now:%Y-%m}"
    await store.transact(
        lambda unit: _tell(unit, key, "group/lacking", installation, workspace, now)
    )


def _tell(
    unit: Unit, key: str, said: str, installation: str, workspace: str, now: datetime
) -> None:
    """Tell every coordinator who can be reached of the partnerships that are met there."""
    for group in installations.served(unit, installation):
        name = partnerships.partnership(unit, group).name
        message = Message(say(said, workspace=workspace, partnership=name))
        for member in partnerships.with_role(unit, group, Role.COORDINATOR):
            if people.spots(unit, member.person_id):
                outbox.put(unit, f"{key}:{member.id}", message, now, person=member.person_id)
