"""Which questions of a command stand on one page."""

from bot.commands.appointing import kind_field
from bot.commands.command import Field
from bot.commands.sheet import missing
from dialogues.dialogue import Draft, State
from dialogues.messages import say

FROM = Field("from", say("broker/ask_from"), after="kind")
SETTLED = Field("to", say("broker/ask_to"), default="2027-04-30")


def draft(**answers: str) -> Draft:
    return Draft(State.DRAFT, "kind", answers)


def test_what_may_follow_from_another_answer_waits_for_it() -> None:
    kind = kind_field()
    assert missing([kind, FROM, SETTLED], kind, draft()) == [kind]
    assert missing([kind, FROM, SETTLED], FROM, draft(kind="internal")) == [FROM]


def test_what_somebody_wants_to_change_stands_alone() -> None:
    fields = [kind_field(), FROM, SETTLED]
    assert missing(fields, SETTLED, draft()) == (SETTLED,)


def test_what_was_typed_wrongly_is_asked_all_the_same() -> None:
    fields = [kind_field(), FROM]
    assert missing(fields, FROM, draft()) == fields
