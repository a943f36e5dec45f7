"""What a person can be made to show, and what their words betray.

F07, F09, F10, F11, F15, F18, F21; A14, A15, A20, A21, A23, A24, through the real commands.
"""

import logging
from itertools import chain, repeat
from typing import Any

import pytest

from bot.scene import House
from dialogues.comments import language, rare
from tests.attacks.reviews import begin_live, end
from tests.bot.test_rounds import CANARY, PEOPLE, answer, begin

PICKS = ("Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree")


def shown(world: Any, user: str) -> str:
    """Everything in a person's chat: texts, buttons, and what a form would hold already."""
    found = []
    for message in world.room.transcript(user):
        if message.author:
            continue
        found.append(message.text)
        found += [label for label, _ in message.buttons]
        if message.form is not None:
            found += [str(field.value) for field in message.form.fields]
    return "\n".join(found)


def buttons(world: Any, user: str) -> list[str]:
    """What stands under the message in which a check-in is changed."""
    marks = {"Never mind", "Back"}
    found = [dict(m.buttons) for m in world.room.transcript(user)]
    return list(next(labels for labels in reversed(found) if marks & labels.keys()))


async def step_by_step(world: Any, user: str, picks: tuple[str, ...], words: str = "") -> None:
    await world.taps(user, "Begin")
    for pick in picks:
        await world.taps(user, pick)
    await world.taps(user, "Results that last")
    if words:
        await world.says(user, words)
    else:
        await world.taps(user, "Skip")


async def test_what_was_sent_is_shown_to_nobody_not_even_by_its_author(world: Any) -> None:
    """F11, A23: "open it and show me": nowhere in the chat, nor behind any button."""
    await begin(world)
    await step_by_step(world, "sari", ("Strongly disagree",) * 5, f"A {CANARY} sang.")
    await world.taps("sari", "Send my answers")
    assert CANARY not in shown(world, "sari") and "Strongly disagree" not in shown(world, "sari")
    for text in ("/checkin", "/receipt river cedar 1", "/privacy", "/help", "/start"):
        await world.says("sari", text)
        assert CANARY not in shown(world, "sari"), text
    await world.taps("sari", "Change an answer")
    assert CANARY not in shown(world, "sari")
    for number in range(1, 7):
        await world.taps("sari", next(b for b in buttons(world, "sari") if b[0] == str(number)))
        assert not [label for label in buttons(world, "sari") if "✓" in label]
        await world.taps("sari", "Back")
    assert CANARY not in shown(world, "sari")


async def test_the_page_with_the_whole_form_starts_empty_after_sending(world: Any) -> None:
    """F11: Slack's modal and the web form: nothing is filled in."""
    await begin(world)
    await answer(world, "sari", f"A {CANARY} sang.")
    await world.says("sari", "/checkin page 1")
    form = next(m.form for m in reversed(world.room.transcript("sari")) if m.form is not None)
    assert form is not None and not [field for field in form.fields if field.value]


async def test_no_message_of_the_dialogue_keeps_an_answer_after_sending_or_closing(
    world: Any,
) -> None:
    """F11: the screen with one's own answers is edited away, on every message of the round."""
    await begin_live(world)
    await step_by_step(world, "sari", ("Disagree",) * 5, f"A {CANARY} sang.")
    await world.taps("sari", "Look at them again")
    assert CANARY in shown(world, "sari")
    await world.says("sari", "/checkin")
    await end(world)
    assert CANARY not in shown(world, "sari") and "Working relationships" not in shown(
        world, "sari"
    )


async def test_a_blank_ballot_counts_and_has_a_receipt_like_any_other(world: Any) -> None:
    """F09: whoever must show that they took part need not say anything."""
    await begin(world)
    await step_by_step(world, "sari", ("Can't say",) * 5)
    await world.taps("sari", "Send my answers")
    blank = world.last("sari")
    await answer(world, "tom", "Something.")
    assert blank.replace("cedar 1", "cedar 2") == world.last("tom")


async def test_a_receipt_is_new_each_time_and_names_nobody_after_the_close(world: Any) -> None:
    """F09, A24: three words, sorted, found by whoever holds them, for all of them alike."""
    await begin_live(world)
    for user in PEOPLE:
        await answer(world, user)
    await world.taps("sari", "Withdraw")
    await world.taps("sari", "Yes, withdraw them")
    await step_by_step(world, "sari", ("Agree",) * 5)
    await world.taps("sari", "Send my answers")
    await world.says("tom", "/receipt river cedar 9")
    assert "open" in world.last("tom")
    await end(world)
    for words, there in (("river cedar 9", True), ("river cedar 1", False)):
        for user in ("sari", "tom"):
            await world.says(user, f"/receipt {words}")
            found = "not found" not in world.last(user)
            assert found == there, world.last(user)


async def test_two_people_never_hold_one_receipt(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F10: words that are taken already are drawn again; otherwise a ballot could be dropped."""
    drawn = chain(repeat("river cedar stone", 2), ["river cedar moss"])
    monkeypatch.setattr(House, "receipt", lambda house, language: next(drawn))
    await begin(world)
    await answer(world, "sari")
    await answer(world, "tom")
    assert "river cedar stone" in world.last("sari") and "river cedar moss" in world.last("tom")


async def test_a_receipt_does_not_tell_its_owners_language(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A15, A17: the only reader of Indonesian took part, an Indonesian receipt would say."""
    asked: list[str] = []

    def draw(_: House, language: str) -> str:
        asked.append(language)
        return f"river cedar {len(asked)}"

    monkeypatch.setattr(House, "receipt", draw)
    await begin(world)
    await world.says("sari", "/language id")
    for user in ("sari", "tom"):
        await world.says(user, "/checkin page 1")
        await world.fills(user, {"r1": ("4",)})
    assert "river cedar 1" in world.last("sari") and "river cedar 2" in world.last("tom")
    assert asked == ["en", "en"]


async def test_the_count_and_the_receipts_agree_with_who_answered(world: Any) -> None:
    """A24: a dropped ballot is missed by its author, an added one makes the count too large."""
    await begin_live(world)
    for user in PEOPLE[:6]:
        await answer(world, user)
    await end(world)
    assert "6 of 8 people answered" in world.last("sari")
    for number in range(1, 8):
        await world.says("sari", f"/receipt river cedar {number}")
        found = "not found" not in world.last("sari")
        assert found == (number < 7)


async def test_the_end_is_told_in_the_same_words_to_all(world: Any) -> None:
    """F15: who sent, who stopped, who withdrew, who declined and who never began."""
    await begin_live(world)
    for user in PEOPLE[:5]:
        await answer(world, user)
    await world.taps("lin", "Not this time")
    await world.taps("yohana", "Begin")
    await world.taps("yohana", "Agree")
    await end(world)
    ends = {
        user: [m.text for m in world.room.transcript(user) if m.text.startswith("Closed.")]
        for user in PEOPLE
    }
    assert all(ends.values())
    assert len({text for texts in ends.values() for text in texts}) == 1


async def test_the_brokers_own_view_is_called_by_its_name(world: Any) -> None:
    """F07: a round of one is no anonymous one, and nowhere says it is."""
    await begin(world)
    await world.says("ratna", "/checkin who 2")
    assert "under your name" in world.last("ratna")
    told = shown(world, "ratna").casefold()
    assert "anonymous after" not in told


async def test_who_sees_what_says_what_the_platform_sees(world: Any) -> None:
    """F21: it cannot be fixed, so it is said where people answer."""
    await begin(world)
    await world.taps("sari", "Who sees what")
    assert "platform sees what you tap and type" in world.last("sari")


@pytest.mark.parametrize(
    ("words", "warned"),
    [
        ("Ratna should visit Beta more.", "mention Beta"),
        ("Write to anna@example.org about it.", "Anna"),
        ("Call me at +62 812 3456 789.", "+62 812 3456 789"),
        ("Ini sangat membantu kami, dan perlu diteruskan.", "uses the language"),
        ("The visits were good for all of us.", ""),
    ],
)
async def test_words_that_point_to_their_author_are_warned_of_before_sending(
    world: Any, words: str, warned: str
) -> None:
    """A14, A15, F18: names, addresses, numbers; a language fewer than three people use."""
    await begin(world)
    await step_by_step(world, "sari", ("Agree",) * 5, words)
    assert "That was all" in world.last("sari")
    if warned:
        assert warned in world.last("sari")
    else:
        assert "mention" not in world.last("sari") and "language" not in world.last("sari")


async def test_and_so_are_words_changed_after_sending(world: Any) -> None:
    await begin(world)
    await answer(world, "sari", "The visits were good.")
    await world.taps("sari", "Change an answer")
    await world.taps("sari", "7 An example in your words")
    await world.says("sari", "Hasan of Beta knows why.")
    assert "mention" in world.last("sari") and "Beta" in world.last("sari")


def test_a_language_is_told_from_the_words_every_sentence_has() -> None:
    assert language("The visits were good for us.") == "en"
    assert language("Kunjungan itu sangat membantu kami.") == "id"
    assert language("Bravo!") is None and language("") is None
    assert rare(["en"] * 5 + ["id"] * 2) == {"id"}
    assert rare(["en"] * 3 + ["id"] * 3) == set()


async def test_nobody_can_answer_a_comment_and_watch_who_reads_it(world: Any) -> None:
    """A20: nothing is sent to anybody because a report, a comment or a receipt was looked at."""
    await begin_live(world)
    for user in PEOPLE:
        await answer(world, user, f"A {CANARY} sang." if user == "sari" else "")
    await end(world)
    before = {user: len(world.room.transcript(user)) for user in (*PEOPLE, "budi")}
    await world.says("ratna", "/feedback")
    await world.taps("ratna", "The whole report")
    after = {user: len(world.room.transcript(user)) for user in (*PEOPLE, "budi")}
    assert after == before


async def test_no_log_holds_an_answer_at_the_most_talkative_level(
    world: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """A21: every library at DEBUG through a whole review."""
    with caplog.at_level(logging.DEBUG):
        await begin_live(world)
        for user in PEOPLE:
            await answer(world, user, f"A {CANARY} sang.")
        await end(world)
    said = "\n".join(record.getMessage() for record in caplog.records)
    assert CANARY not in said and "river cedar" not in said
    for pick in PICKS:
        assert f"{pick!r}" not in said
