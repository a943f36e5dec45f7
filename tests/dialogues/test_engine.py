"""The engine: any order of taps, any text, a restart between any two steps."""

import json
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogues.dialogue import END, Act, Draft, Item, Move, Screen, State, Typed, Whole
from dialogues.engine import advance, begin, position, show, waits_for_words
from storage.ballots import draft_from_plain, plain_draft

FORM = (
    Item("one", "one", ("1", "2", "3", "4", "5")),
    Item("many", "many", ("a", "b", "c"), 2),
    Item("last", "one", ("yes", "no")),
    Item("words", "words", most=50),
)


class Receipts:
    """Receipts one, two, three; it remembers how many were asked for."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self) -> str:
        self.made += 1
        return f"receipt {self.made}"


def play(*events: Move | Typed | Whole, draft: Draft | None = None) -> tuple[Draft, list[Screen]]:
    fresh = Receipts()
    draft = draft or Draft()
    screens = []
    for event in events:
        turn = advance(FORM, draft, event, fresh)
        draft = turn.draft
        screens.append(turn.screen)
    return draft, screens


BEGIN = Move(Act.BEGIN)
THROUGH = (
    BEGIN,
    Move(Act.PICK, "one", "4"),
    Move(Act.PICK, "many", "a"),
    Move(Act.PICK, "many", "c"),
    Move(Act.DONE, "many"),
    Move(Act.UNABLE, "last"),
    Typed("  An example. "),
    Move(Act.SEND),
)


def test_a_way_through() -> None:
    draft, screens = play(*THROUGH)
    assert screens == [*[Screen.QUESTION] * 6, Screen.END, Screen.SENT]
    assert draft.state is State.CAST
    assert draft.answers == {
        "one": ("4",),
        "many": ("a", "c"),
        "last": None,
        "words": "An example.",
    }
    assert draft.receipt == "receipt 1"


def test_a_second_tap_of_the_same_button_changes_nothing() -> None:
    once, _ = play(BEGIN, Move(Act.PICK, "one", "4"))
    twice, screens = play(BEGIN, Move(Act.PICK, "one", "4"), Move(Act.PICK, "one", "4"))
    assert once == twice
    assert screens[-1] is Screen.QUESTION


def test_a_tap_on_an_earlier_question_changes_nothing() -> None:
    draft, _ = play(BEGIN, Move(Act.PICK, "one", "4"), Move(Act.PICK, "one", "1"))
    assert draft.answers == {"one": ("4",)}


def test_back_goes_to_the_question_before_and_keeps_what_was_said() -> None:
    draft, _ = play(BEGIN, Move(Act.PICK, "one", "4"), Move(Act.BACK, "many"))
    assert draft.place == "one"
    assert draft.answers == {"one": ("4",)}
    again, _ = play(Move(Act.PICK, "one", "2"), draft=draft)
    assert again.answers == {"one": ("2",)}
    assert again.place == "many"


def test_more_than_the_maximum_is_refused_and_keeps_the_ticks() -> None:
    events = [BEGIN, Move(Act.PICK, "one", "4"), Move(Act.PICK, "many", "a")]
    draft, _ = play(*events, Move(Act.PICK, "many", "b"))
    turn = advance(FORM, draft, Move(Act.PICK, "many", "c"), Receipts())
    assert turn.faults["many"].key == "answer.too_many"
    assert turn.draft.partial == ("a", "b")


def test_ticks_can_be_taken_off() -> None:
    draft, _ = play(BEGIN, Move(Act.PICK, "one", "4"), *[Move(Act.PICK, "many", "a")] * 2)
    assert draft.partial == ()


def test_ten_thousand_characters_are_refused_and_nothing_is_lost() -> None:
    draft, _ = play(*THROUGH[:6])
    turn = advance(FORM, draft, Typed("x" * 10_000), Receipts())
    assert turn.draft == draft
    assert turn.faults["words"].key == "answer.too_long"


def test_an_emoji_flood_is_words_like_any_others() -> None:
    draft, _ = play(*THROUGH[:6], Typed("🎉" * 40))
    assert draft.answers["words"] == "🎉" * 40


def test_words_where_a_tap_is_expected() -> None:
    draft, _ = play(BEGIN)
    turn = advance(FORM, draft, Typed("I agree"), Receipts())
    assert turn.draft == draft
    assert turn.faults["one"].key == "answer.tap"


def test_sending_needs_every_question_but_a_blank_ballot_can_be_cast() -> None:
    early, _ = play(BEGIN, Move(Act.SEND))
    assert early.state is State.DRAFT
    skips = [Move(Act.UNABLE, item.key) for item in FORM]
    blank, _ = play(BEGIN, *skips, Move(Act.SEND))
    assert blank.state is State.CAST
    assert set(blank.answers.values()) == {None}


def test_changing_one_answer_replaces_it_at_once_and_the_ballot_stays_cast() -> None:
    cast, _ = play(*THROUGH)
    fresh = Receipts()
    fresh.made = 1
    for event in (Move(Act.CHANGE), Move(Act.CHANGE_ONE, "one")):
        cast = advance(FORM, cast, event, fresh).draft
        assert cast.state is State.CAST
    turn = advance(FORM, cast, Move(Act.PICK, "one", "2"), fresh)
    assert turn.screen is Screen.CHANGED
    assert turn.draft.answers == {**cast.answers, "one": ("2",)}
    assert turn.draft.receipt == "receipt 2"


def test_withdrawing_asks_first_and_deletes_at_once() -> None:
    cast, _ = play(*THROUGH)
    hasty, _ = play(Move(Act.WITHDRAW_YES), draft=cast)
    assert hasty.state is State.CAST
    gone, screens = play(Move(Act.WITHDRAW), Move(Act.WITHDRAW_YES), draft=cast)
    assert screens == [Screen.WITHDRAW, Screen.WITHDRAWN]
    assert gone.answers == {} and gone.receipt == "" and gone.state is State.NOTHING


def test_stop_keeps_nothing() -> None:
    draft, screens = play(*THROUGH[:-1], Move(Act.STOP))
    assert screens[-1] is Screen.STOPPED
    assert draft == Draft()


def test_a_whole_form_sends_at_once_and_empty_fields_are_cant_say() -> None:
    draft, screens = play(Whole({"one": ("5",), "many": ("b",), "words": " "}))
    assert screens == [Screen.SENT]
    assert draft.answers == {"one": ("5",), "many": ("b",), "last": None, "words": None}


def test_a_whole_form_on_a_cast_ballot_leaves_empty_fields_as_they_were() -> None:
    cast, _ = play(*THROUGH)
    changed, screens = play(Whole({"one": ("1",)}), draft=cast)
    assert screens == [Screen.CHANGED]
    assert changed.answers == {**cast.answers, "one": ("1",)}


def test_a_whole_form_with_faults_changes_nothing_and_names_each_field() -> None:
    turn = advance(
        FORM,
        Draft(),
        Whole({"one": ("9",), "many": ("a", "b", "c"), "words": "x" * 51}),
        Receipts(),
    )
    assert turn.draft == Draft()
    assert {key: fault.key for key, fault in turn.faults.items()} == {
        "one": "answer.tap",
        "many": "answer.too_many",
        "words": "answer.too_long",
    }


def test_a_command_form_starts_at_what_is_missing() -> None:
    draft = begin(FORM, {"one": ("1",), "nonsense": ("x",)})
    assert draft.place == "many"
    assert draft.answers == {"one": ("1",)}
    assert position(FORM, draft) == (2, 4)
    full = begin(FORM, {item.key: None for item in FORM})
    assert full.place == END


KEYS = [item.key for item in FORM]
OPTIONS = [*"12345abc", "yes", "no", "9", ""]
moves = st.builds(
    Move, st.sampled_from(list(Act)), st.sampled_from([*KEYS, ""]), st.sampled_from(OPTIONS)
)
typed = st.builds(Typed, st.text(max_size=60))
values = st.one_of(
    st.none(), st.text(max_size=60), st.lists(st.sampled_from(OPTIONS), max_size=3).map(tuple)
)
wholes = st.builds(Whole, st.dictionaries(st.sampled_from(KEYS), values))
events = st.lists(st.one_of(moves, moves, moves, typed, wholes), max_size=40)


def valid(draft: Draft) -> bool:
    for item in FORM:
        value = draft.answers.get(item.key)
        if value is None:
            continue
        if item.kind == "words":
            fits = isinstance(value, str) and 0 < len(value) <= item.most
        else:
            most = item.most if item.kind == "many" else 1
            fits = isinstance(value, tuple) and set(value) <= set(item.options)
            fits = fits and len(set(value)) == len(value) <= most
        if not fits:
            return False
    return set(draft.answers) <= set(KEYS)


@given(events)
def test_any_order_of_anything_gives_a_valid_state(steps: list[Move | Typed | Whole]) -> None:
    draft, fresh = Draft(), Receipts()
    for event in steps:
        made = fresh.made
        turn = advance(FORM, draft, event, fresh)
        if turn.faults:
            assert turn.draft == draft
        draft = turn.draft
        assert valid(draft)
        assert (draft.state is State.CAST) == bool(draft.receipt)
        if draft.state is State.CAST:
            assert set(draft.answers) == set(KEYS)
        if fresh.made > made:
            assert draft.receipt == f"receipt {fresh.made}"
        assert show(FORM, draft).draft == draft
        assert waits_for_words(FORM, draft) in (True, False)


@given(events, st.integers(0, 40))
def test_a_restart_between_any_two_steps_changes_nothing(
    given_events: list[Move | Typed | Whole], at: int
) -> None:
    plain, restarted = Draft(), Draft()
    fresh, other = Receipts(), Receipts()
    for number, event in zip(count(), given_events, strict=False):
        plain = advance(FORM, plain, event, fresh).draft
        restarted = advance(FORM, restarted, event, other).draft
        if number == at:
            restarted = draft_from_plain(json.loads(json.dumps(plain_draft(restarted))))
        assert plain == restarted


@given(
    st.sampled_from(["1", "2", "3", "4", "5"]),
    st.sets(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=2),
    st.sampled_from(["yes", "no"]),
    st.text(min_size=1, max_size=50).filter(lambda text: bool(text.strip()) and text.isprintable()),
    st.lists(moves.filter(lambda move: move.act in (Act.LATER, Act.BEGIN)), max_size=3),
)
def test_a_cast_ballot_equals_what_was_tapped(
    one: str, many: set[str], last: str, words: str, noise: list[Move]
) -> None:
    ticks = [Move(Act.PICK, "many", option) for option in sorted(many)]
    draft, _ = play(
        BEGIN,
        Move(Act.PICK, "one", one),
        *noise,
        *ticks,
        Move(Act.DONE, "many"),
        *noise,
        Move(Act.PICK, "last", last),
        Typed(words),
        Move(Act.SEND),
        *noise,
    )
    assert draft.answers["one"] == (one,)
    assert set(draft.answers["many"] or ()) == many
    assert draft.answers["last"] == (last,)
    assert draft.answers["words"] == words.strip()


@pytest.mark.parametrize("secret", ["receipt 1", "An example"])
def test_a_draft_does_not_say_what_it_holds(secret: str) -> None:
    draft, _ = play(*THROUGH)
    assert secret not in repr(draft)
    assert secret not in repr(Typed(secret)) and secret not in repr(Whole({"one": (secret,)}))
