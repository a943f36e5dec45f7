"""A11, A13, A19, A22: what the adapters send while a review runs, request by request.

Nothing of an answer, of somebody else or of a person is in a token, an id, a note, a preview
or a file name; and whoever is at the same question is sent the same bytes.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.attacks.recording import (
    ON_SLACK,
    ON_TELEGRAM,
    PICKS,
    RECEIPT,
    WROTE,
    Recorded,
    Sent,
    record,
)

PARTNERS = list(PICKS)
ALL_OPTIONS = {
    "Strongly disagree",
    "Disagree",
    "Neither agree nor disagree",
    "Agree",
    "Strongly agree",
    "Can't say",
}
TOKEN = re.compile(
    r"r:1:(begin|later|decline|send|look|stop|passon|quiet|change|withdraw)"
    r"|r:1:(pick:\d:\d+|unable:\d|back:\d|done:\d)"
    r"|c:checkin (page|who) 1"
)
QUIET = {"A check-in is waiting", "There is news of a check-in", "Titian"}
"""What a lock screen may show while a check-in is open, and of the summary after it."""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    return record(tmp_path_factory.mktemp("recorded"))


def inside(value: Any, wanted: Callable[[str], bool]) -> Iterator[tuple[str, Any]]:
    """Every field of a payload whose name is *wanted*, wherever it stands."""
    if isinstance(value, dict):
        for name, part in value.items():
            if wanted(name):
                yield name, part
            yield from inside(part, wanted)
    elif isinstance(value, list):
        for part in value:
            yield from inside(part, wanted)


def mentions(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def answering(sent: Sent) -> bool:
    """Whether it is part of the partners' dialogue, not of the result."""
    return sent.reader in PARTNERS


def test_everybody_was_asked_and_answered(recorded: Recorded) -> None:
    for name in PARTNERS:
        texts = " ".join(sent.text for sent in recorded.to(name))
        assert "A check-in is waiting" in texts and RECEIPT.search(texts) and "Closed." in texts


def test_nobody_is_sent_the_name_or_an_id_of_another_partner(recorded: Recorded) -> None:
    for sent in filter(answering, recorded.sent):
        for name, ident in recorded.ids.items():
            if name in PARTNERS and name != sent.reader:
                assert not mentions(sent.text, name), sent
            assert not mentions(sent.text, ident), sent


def test_no_request_at_all_holds_a_participants_id_but_as_its_address(recorded: Recorded) -> None:
    """The coordinator's and the broker's too, before and after the close."""
    for sent in recorded.sent:
        for name, ident in recorded.ids.items():
            assert not mentions(sent.text, ident), (name, sent)


def test_neither_polls_nor_reactions_are_used(recorded: Recorded) -> None:
    """Both tell the platform's other users, or the bot, who chose what."""
    used = {sent.method.casefold() for sent in recorded.sent}
    assert {"sendmessage", "chat.postmessage"} <= used
    assert not [method for method in used if "poll" in method or "reaction" in method]


def test_words_are_sent_to_nobody_before_the_report(recorded: Recorded) -> None:
    for words in WROTE.values():
        holding = [sent for sent in recorded.sent if words in sent.text]
        assert holding and {sent.reader for sent in holding} <= {"Ratna", "Budiman"}
        for sent in holding:
            assert "What your partners said" in sent.text or "What partners said" in sent.text


def test_an_option_appears_only_among_all_options(recorded: Recorded) -> None:
    """Never alone, as "you chose …" would be; and none is marked or put in already."""
    for sent in filter(answering, recorded.sent):
        labels = [p for _, p in inside(sent.payload, lambda name: name == "text")]
        found = ALL_OPTIONS & {label for label in labels if isinstance(label, str)}
        assert found in (set(), ALL_OPTIONS, {"Can't say"}), sent
        told = [p for _, p in inside(sent.payload, lambda name: name.startswith("initial_"))]
        assert not told, sent


def test_tokens_hold_round_question_and_option_by_number(recorded: Recorded) -> None:
    names = ("callback_data", "value", "url")
    for sent in filter(answering, recorded.sent):
        for name, token in inside(sent.payload, lambda name: name in names):
            option = isinstance(token, str) and re.fullmatch(r"\d|~", token)
            assert option or TOKEN.fullmatch(str(token)), (name, token)


def test_ids_of_blocks_and_the_note_in_a_modal_are_everybodys(recorded: Recorded) -> None:
    """Slack's own fields: the same for everybody, whoever opens the modal."""
    kinds = ("action_id", "block_id", "callback_id", "external_id", "private_metadata")
    seen = {
        name: [sorted(map(str, inside(s.payload, lambda n: n in kinds))) for s in recorded.to(name)]
        for name in ON_SLACK
    }
    assert len({str(told) for told in seen.values()}) == 1
    for sent in recorded.sent:
        assert not list(inside(sent.payload, lambda n: n in ("metadata", "event_payload")))


def test_previews_are_neutral_while_it_is_open(recorded: Recorded) -> None:
    for sent in filter(answering, recorded.sent):
        if sent.platform == "slack" and "text" in sent.payload:
            assert sent.payload["text"] in QUIET or sent.payload["text"].startswith("Closed.")
        if sent.method == "sendMessage":
            assert sent.payload["text"] in QUIET


def test_files_are_named_for_nobody(recorded: Recorded) -> None:
    assert recorded.files
    for name in recorded.files:
        assert re.fullmatch(r"[a-z-]+\.(png|html|pdf)", name), name


@pytest.mark.parametrize("names", [ON_TELEGRAM, ON_SLACK], ids=["telegram", "slack"])
def test_whoever_is_at_the_same_place_is_sent_the_same_bytes(
    recorded: Recorded, names: list[str]
) -> None:
    """Whatever they answered: all the same screens, but for the receipt of each.

    Left out is what was written to who was reminded, and what only a writer can need: the
    button under their own words, and the taking away of what they typed.
    """
    seen = set()
    for name in names:
        told = [RECEIPT.sub("a receipt", f"{s.method} {s.text}") for s in recorded.to(name)]
        apart = ("deleteMessage", "A check-in is waiting", "I can tell", "That was all")
        screens = [text for text in told if not any(mark in text for mark in apart)]
        seen.add(tuple(dict.fromkeys(screens)))
        ends = [text for text in told if "That was all" in text]
        assert all(("passon" in text) is (name in WROTE) for text in ends)
    assert len(seen) == 1


def test_what_was_typed_on_telegram_is_taken_out_of_the_chat(recorded: Recorded) -> None:
    """A13: our part of it. What the platform's servers keep is out of reach."""
    taken = [s.reader for s in recorded.sent if s.method == "deleteMessage"]
    assert taken == [name for name in ON_TELEGRAM if name in WROTE]


def test_who_is_reminded_is_told_to_them_alone(recorded: Recorded) -> None:
    reminded = {sent.reader for sent in recorded.sent if "I can tell that you" in sent.text}
    assert reminded == set(ON_TELEGRAM[:2])


def test_the_acknowledgement_of_a_press_says_nothing(recorded: Recorded) -> None:
    silent = [sent for sent in recorded.sent if sent.method in ("answerCallbackQuery", "ack")]
    assert silent and not any(sent.payload for sent in silent if sent.platform == "telegram")
    for sent in silent:
        assert "response_action" not in sent.text or '"clear"' in sent.text, sent
