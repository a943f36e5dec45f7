"""`broker change`: another arrangement with the same person. One ends, the next begins."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from bot.commands import consent, serving
from bot.commands.appointing import (
    KEYWORDS,
    described,
    facts,
    kind_field,
    not_twice,
    read_service,
    terms,
)
from bot.commands.command import COORDINATOR, Command, Field, button, reply
from bot.commands.forms import confirm_buttons
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.errors import Mendable
from dialogues.messages import Message, say
from dialogues.model import Assignment, Consent
from dialogues.service import Service, asks_anew
from storage import brokers


def fields(scene: Scene, given: Answers) -> Sequence[Field]:
    """Whose and which kind; the rest stays as it is unless it is typed or the kind is another."""
    found = serving.chosen(scene, given)
    first = [serving.which(scene, "broker/ask_change"), kind_field()]
    if found is None:
        asked = terms(scene, given)
        return [*first, *(replace(field, default=None, after="who") for field in asked)]
    return [*first, *terms(scene, given, brokers.service_of(scene.unit, found.id))]


def _read(scene: Scene, given: Answers) -> tuple[Assignment, Service]:
    found = serving.settled(scene, given)
    service = read_service(scene, given)
    if found.ends is not None and service.starts > found.ends:
        appoint = button("appoint", "broker appoint")
        raise Mendable("broker/ended_by", broker=found.name, ends=found.ends, buttons=(appoint,))
    if service.starts < found.starts or (
        service.starts == found.starts and serving.about(scene, found)
    ):
        raise Mendable("broker/change_later", broker=found.name, starts=found.starts)
    not_twice(scene, found.person_id, service, but=found.id)
    if replace(service, starts=found.starts) == brokers.service_of(scene.unit, found.id):
        raise Mendable("broker/same", broker=found.name)
    return found, service


def _anew(scene: Scene, found: Assignment, service: Service) -> bool:
    """Whether the broker is asked to agree again; who never agreed is asked anyway."""
    before = brokers.service_of(scene.unit, found.id)
    return found.consent is not Consent.AGREED or asks_anew(before, service)


def confirm(scene: Scene, given: Answers) -> Message:
    """How it is until when, how it will be, and whether consent is asked again."""
    found, service = _read(scene, given)
    asking = say(
        "broker/confirm_change",
        partnership=scene.group.name,
        before=facts(found),
        after=described(scene, service),
        broker=found.name,
        starts=service.starts,
        corrected=service.starts == found.starts,
        anew=_anew(scene, found, service),
        open=serving.is_open(scene, found),
    )
    return Message(asking, confirm_buttons("change_broker"))


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """End the one the day before and begin the next, in one transaction; ask where needed."""
    found, service = _read(scene, given)
    anew = _anew(scene, found, service)
    if service.starts == found.starts:
        brokers.correct(scene.unit, found.id, service, anew=anew)
        made = found.id
    else:
        serving.end(scene, found, _day_before(service.starts))
        said = (Consent.ASKED, None) if anew else (found.consent, found.consent_at)
        made = brokers.appoint(
            scene.unit, scene.group.id, found.person_id, service, scene.now, said
        )
    changed = brokers.assignment(scene.unit, made)
    own = found.person_id == scene.person.id
    if anew and own:
        return consent.ask(scene, changed)
    if anew:
        serving.tell(scene, changed, consent.asking(changed, scene.group, scene.person.name))
    else:
        told = say("broker/changed_told", partnership=scene.group.name, **facts(changed))
        serving.tell(scene, changed, Message(told))
    return reply("broker/changed", broker=found.name, starts=service.starts, anew=anew)


def _day_before(day: date) -> date:
    return day - timedelta(days=1)


COMMAND = Command(
    "broker change",
    run,
    COORDINATOR,
    fields=fields,
    keywords=KEYWORDS,
    rest="who",
    who="who",
    confirm=confirm,
)
