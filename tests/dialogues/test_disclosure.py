"""The disclosure gate, rule by rule (DESIGN 5). The attacks on it: tests/attacks/test_gate.py."""

import json
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import fields
from functools import cache
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogues.answers import Answer
from dialogues.bounds import Bounds, bounds, missing
from dialogues.checkin import CheckIn, Choice, Fact, Multi, Number, Option, Question, Scale, Words
from dialogues.disclosure import (
    Ballot,
    Result,
    Shown,
    Statement,
    disclose,
    from_data,
    to_data,
)
from dialogues.messages import Localised
from dialogues.model import Protect

TEXT = Localised(en="text", id="teks")


def options(*keys: object) -> tuple[Option, ...]:
    return tuple(Option(key=str(key), text=TEXT) for key in keys)


def scale(*, reverse: bool = False, bipolar: bool = False) -> Scale:
    return Scale(
        key="q",
        text=TEXT,
        topic=TEXT,
        kind="agreement",
        options=options(1, 2, 3, 4, 5),
        reversed=reverse,
        bipolar=bipolar,
    )


def ten(*, reverse: bool = False) -> Number:
    return Number(
        key="q",
        text=TEXT,
        topic=TEXT,
        kind="number",
        low=TEXT,
        high=TEXT,
        options=options(*range(11)),
        reversed=reverse,
    )


CHOICE = Choice(key="q", text=TEXT, topic=TEXT, kind="choice", options=options("a", "b", "c", "d"))
MULTI = Multi(
    key="q", text=TEXT, topic=TEXT, kind="multi", options=options("a", "b", "c", "d"), most=3
)
WORDS = Words(key="w", text=TEXT, topic=TEXT, kind="words")
MORE_WORDS = Words(key="w2", text=TEXT, topic=TEXT, kind="words")


def checkin(*questions: Question) -> CheckIn:
    return CheckIn(id="test", version=1, title=TEXT, purpose=TEXT, questions=questions)


def people(*sizes: int, protect: str = "organisation", minimum: int = 5) -> Bounds:
    """A roster with organisations of these sizes."""
    return bounds([n for n, size in enumerate(sizes) for _ in range(size)], protect, minimum)


def singles(count: int) -> Bounds:
    """As many organisations as people: t is 2, a statement takes 4, both directions 7."""
    return people(*[1] * count)


def steps(text: str) -> list[Answer]:
    """Answers written as "5543-", where - is can't say."""
    return [None if step == "-" else (step,) for step in text]


def result(
    questions: Sequence[Question], ballots: Sequence[Ballot], roster: Bounds, *facts: Fact
) -> Result:
    return disclose(checkin(*questions), frozenset(facts), roster, ballots, lambda pool: None)


def shown(question: Question, answers: Iterable[Answer], roster: Bounds | None = None) -> Shown:
    """What is shown of one question, by default with one organisation a person."""
    ballots = [Ballot({"q": answer}) for answer in answers]
    (only,) = result([question], ballots, roster or singles(len(ballots))).questions
    return only


def bands(favourable: int, middle: int, unfavourable: int) -> list[Answer]:
    return steps("5" * favourable + "3" * middle + "1" * unfavourable)


# R1: computed once, from complete input


def test_one_roster_and_one_set_of_ballots_give_one_result() -> None:
    ballots = [Ballot({"q": ("4",)}), *[Ballot({"q": ("2",)})] * 7]
    assert result([scale()], ballots, singles(8)) == result([scale()], ballots, singles(8))


def test_more_ballots_than_people_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="more ballots than people"):
        result([scale()], [Ballot({})] * 9, singles(8))


# R2 and R3: how many answers a result takes


@pytest.mark.parametrize(
    ("sizes", "protect", "minimum", "needed"),
    [
        ([1] * 5, "organisation", 5, 5),  # k; t + 3 is 5 too, t being at least 2
        ([1] * 4, "organisation", 5, None),  # the roster is smaller than k
        ([1] * 8, "organisation", 7, 7),  # k raised
        ([3, 1, 1, 1], "organisation", 5, 6),  # t + 3
        ([4, 1, 1, 1], "organisation", 5, 7),  # t + 3
        ([4, 1, 1], "organisation", 5, None),  # t + 3 is more than the roster
        ([4, 3, 1], "organisation", 5, 8),  # the two largest and one
        ([4, 4, 1], "organisation", 5, 9),
        ([4, 1, 1], "person", 5, 6),  # t is 1; the two largest and one
        ([1] * 5, "person", 5, 5),
        ([5, 5], "organisation", 5, 10),  # two organisations: the larger and k
        ([6, 5], "organisation", 5, 11),
        ([6, 5], "person", 5, 11),
        ([6, 4], "organisation", 5, None),
        ([6, 6], "organisation", 6, 12),
        ([9], "organisation", 5, None),  # one organisation never has a result
        ([], "organisation", 5, None),
    ],
)
def test_the_number_of_answers_needed(
    sizes: list[int], protect: str, minimum: int, needed: int | None
) -> None:
    assert people(*sizes, protect=protect, minimum=minimum).needed == needed


def test_members_without_an_organisation_count_together_as_one() -> None:
    roster = bounds([7, None, 8, None, None, 7], "organisation")
    assert roster.sizes == (3, 2, 1)
    assert (roster.roster, roster.organisations, roster.t, roster.second) == (6, 3, 3, 2)
    assert bounds([None] * 9, "person").organisations == 1


def test_t_is_a_setting() -> None:
    assert people(1, 1, 1).t == 2
    assert people(4, 2, 1).t == 4
    assert people(4, 2, 1, protect="person").t == 1
    assert bounds([1, 2], Protect.PERSON) == bounds([1, 2], "person")


def test_bounds_below_the_minimum_or_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 5"):
        people(1, 1, 1, minimum=4)
    with pytest.raises(ValueError, match="largest first"):
        Bounds(Protect.PERSON, 5, (1, 2))
    with pytest.raises(ValueError, match="largest first"):
        Bounds(Protect.PERSON, 5, (2, 0))


def partitions(most: int, largest: int) -> Iterable[tuple[int, ...]]:
    yield ()
    for first in range(1, min(most, largest) + 1):
        for rest in partitions(most - first, first):
            yield (first, *rest)


SIZES = list(partitions(8, 8))


@cache
def fewest(sizes: tuple[int, ...], protect: Protect, minimum: int, limit: int) -> bool:
    """Whether some *limit* people joining, each wherever it helps most, make a round possible."""
    if Bounds(protect, minimum, sizes).needed is not None:
        return True
    grown = {tuple(sorted((*sizes[:i], sizes[i] + 1, *sizes[i + 1 :]))) for i in range(len(sizes))}
    grown.add((*sizes, 1))
    return limit > 0 and any(
        fewest(tuple(sorted(more, reverse=True)), protect, minimum, limit - 1) for more in grown
    )


@pytest.mark.parametrize("protect", list(Protect))
@pytest.mark.parametrize("minimum", [5, 7])
def test_missing_is_the_fewest_people_who_would_help(protect: Protect, minimum: int) -> None:
    for sizes in SIZES:
        number = missing(Bounds(protect, minimum, sizes))
        assert fewest(sizes, protect, minimum, number)
        assert number == 0 or not fewest(sizes, protect, minimum, number - 1)


@pytest.mark.parametrize("protect", list(Protect))
def test_whoever_stayed_away_three_organisations_took_part(protect: Protect) -> None:  # T05
    for sizes in SIZES:
        roster = Bounds(protect, 5, sizes)
        if roster.needed is None:
            continue
        seats = [n for n, size in enumerate(sizes) for _ in range(size)]
        for came in combinations(seats, roster.needed):
            parts = Counter(came)
            if roster.pairwise:
                assert len(parts) == 2
                assert min(parts.values()) >= 5
            else:
                assert len(parts) >= 3


@pytest.mark.parametrize("sizes", [[1] * 8, [4, 3, 1, 1], [6, 5, 1], [6, 6]])
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_one_answer_fewer_shows_nothing_whatever_it_is(  # T04
    sizes: list[int], data: st.DataObject
) -> None:
    roster = people(*sizes)
    assert roster.needed is not None
    answer = st.sampled_from(steps("12345-"))
    count = roster.needed - 1
    answers = data.draw(st.lists(answer, min_size=count, max_size=count))
    few = result([scale()], [Ballot({"q": a}) for a in answers], roster)
    assert few == result([scale()], [], roster)
    assert not few.released
    assert few.answered is None
    assert few.questions == ()
    assert few.needed == roster.needed
    assert few.asked == roster.roster
    enough = result([scale()], [Ballot({"q": a}) for a in [*answers, ("3",)]], roster)
    assert enough.released
    assert enough.answered == roster.needed


def test_a_roster_that_can_never_give_enough_is_never_released() -> None:
    never = result([scale()], [Ballot({"q": ("5",)})] * 9, people(9))
    assert not never.released
    assert never.questions == ()
    assert never.needed == 12


def test_a_blank_ballot_is_a_ballot() -> None:
    blank = result([scale()], [*[Ballot({"q": ("5",)})] * 4, Ballot({})], singles(5))
    assert blank.answered == 5
    assert blank.released
    assert blank.questions == (Shown("q", Statement.NONE),)


def test_the_number_is_needed_for_every_question_by_itself() -> None:
    roster = people(3, 3, 2)  # needs 7
    assert shown(scale(), steps("5555555-"), roster) == Shown("q", Statement.MOST)
    assert shown(scale(), steps("555555--"), roster) == Shown("q", Statement.NONE)
    assert shown(scale(), steps("5-------"), roster) == Shown("q", Statement.NONE)


# R4: no breakdowns


def test_a_ballot_holds_nothing_to_break_down_by() -> None:
    assert [field.name for field in fields(Ballot)] == ["answers", "pass_on"]


# R5: scored questions. With one organisation a person t is 2: t + 2 = 4, 2t + 3 = 7


@pytest.mark.parametrize(
    ("favourable", "middle", "unfavourable", "expected"),
    [
        # n = 5, 6: below 2t + 3 only good news may be told
        (5, 0, 0, Statement.MOST),
        (4, 0, 1, Statement.MOST),
        (3, 1, 1, Statement.DIFFER),  # a majority, but of fewer than t + 2
        (0, 0, 5, Statement.DIFFER),
        (0, 0, 6, Statement.DIFFER),
        # n = 7 = 2t + 3: three sentences, no counts
        (4, 0, 3, Statement.MOST),
        (3, 0, 4, Statement.CHANGE),
        (3, 1, 3, Statement.DIFFER),
        (0, 7, 0, Statement.DIFFER),
        (0, 0, 7, Statement.CHANGE),
        # n = 8: the window 4 <= F <= 4 opens
        (3, 0, 5, Statement.CHANGE),
        (3, 1, 4, Statement.DIFFER),  # exactly half is not most
        (4, 1, 3, (4, 1, 3)),
        (4, 0, 4, (4, 0, 4)),
        (5, 0, 3, Statement.MOST),
        (8, 0, 0, Statement.MOST),
        # n = 10: the window 4 <= F <= 6
        (3, 1, 6, Statement.CHANGE),
        (3, 2, 5, Statement.DIFFER),
        (4, 6, 0, (4, 6, 0)),
        (6, 0, 4, (6, 0, 4)),
        (7, 3, 0, Statement.MOST),
    ],
)
def test_counts_within_the_window_words_outside_it(
    favourable: int, middle: int, unfavourable: int, expected: Statement | tuple[int, int, int]
) -> None:
    n = favourable + middle + unfavourable
    told = shown(scale(), bands(favourable, middle, unfavourable))
    if isinstance(expected, Statement):
        assert told == Shown("q", expected)
    else:
        assert told == Shown("q", counts=expected, n=n, cant_say=0)


def test_larger_organisations_narrow_the_window() -> None:
    assert shown(scale(), bands(6, 0, 6), people(4, 4, 4)).counts == (6, 0, 6)
    assert shown(scale(), bands(6, 0, 6), people(5, 4, 3)) == Shown("q", Statement.DIFFER)
    assert shown(scale(), bands(3, 0, 9), people(5, 4, 3)) == Shown("q", Statement.DIFFER)
    assert shown(scale(), bands(3, 0, 9), people(4, 4, 4)) == Shown("q", Statement.CHANGE)


def test_single_persons_widen_it() -> None:
    assert shown(scale(), bands(3, 0, 3), people(2, 2, 2, protect="person")).counts == (3, 0, 3)


def test_steps_fall_into_bands() -> None:
    assert shown(scale(), steps("5544332211")).counts == (4, 2, 4)


def test_reversed_items_count_in_their_own_direction() -> None:
    assert shown(scale(reverse=True), steps("1122233345")).counts == (5, 3, 2)
    assert shown(scale(reverse=True), steps("1111111")) == Shown("q", Statement.MOST)
    assert shown(scale(reverse=True), steps("5555555")) == Shown("q", Statement.CHANGE)


def test_nought_to_ten_has_bands_of_its_own() -> None:
    answers: list[Answer] = [(str(step),) for step in (0, 4, 4, 5, 6, 7, 7, 8, 8, 9, 10)]
    assert shown(ten(), answers).counts == (4, 4, 3)
    low: list[Answer] = [(str(step),) for step in (0, 4, 4, 4, 5, 6, 7, 7, 8, 8, 10)]
    assert shown(ten(reverse=True), low).counts == (4, 4, 3)


def test_histogram_mean_and_median_only_from_twenty_answers() -> None:
    nineteen = shown(scale(), steps("5" * 10 + "1" * 9))
    assert nineteen == Shown("q", counts=(10, 0, 9), n=19, cant_say=0)
    twenty = shown(scale(), steps("5" * 4 + "4" * 6 + "3" + "2" * 2 + "1" * 7))
    assert twenty.counts == (10, 1, 9)
    assert twenty.histogram == (7, 2, 1, 6, 4)
    assert (twenty.mean, twenty.median) == (2.9, 3.5)


def test_histogram_mean_and_median_only_beside_counts() -> None:
    assert shown(scale(), bands(17, 0, 3)) == Shown("q", Statement.MOST)
    assert shown(scale(), bands(16, 0, 4)).histogram == (4, 0, 0, 0, 16)


def test_a_reversed_items_histogram_keeps_its_own_words() -> None:
    told = shown(scale(reverse=True), steps("5" * 4 + "1" * 16))
    assert told.counts == (16, 0, 4)
    assert told.histogram == (16, 0, 0, 0, 4)
    assert (told.mean, told.median) == (1.8, 1.0)


def test_a_histogram_of_nought_to_ten_has_eleven_steps() -> None:
    told = shown(ten(), [("10",)] * 10 + [("0",)] * 10)
    assert told.histogram == (10, *[0] * 9, 10)
    assert (told.mean, told.median) == (5.0, 5.0)


# R5: can't say


def test_cant_say_is_a_count_beside_counts() -> None:
    assert shown(scale(), steps("55551111-")).cant_say == 1
    assert shown(scale(), steps("55551111")).cant_say == 0


def test_cant_say_is_several_beside_words_from_t_plus_two() -> None:
    assert shown(scale(), steps("5555555---")).cant_say is None
    assert shown(scale(), steps("5555555----")).cant_say == "several"
    assert shown(CHOICE, [("a",)] * 7 + [None] * 3).cant_say is None
    assert shown(CHOICE, [("a",)] * 7 + [None] * 4).cant_say == "several"


def test_nothing_stands_beside_none() -> None:
    assert shown(scale(), steps("5555----")) == Shown("q", Statement.NONE)


def test_skipped_blank_and_misfitting_answers_are_no_answers() -> None:
    odd: list[Answer] = [("9",), ("1", "5"), (), "5"]
    missing_key = [Ballot({})] * 2
    ballots = [Ballot({"q": a}) for a in [*steps("55551111"), *odd]] + missing_key
    (told,) = result([scale()], ballots, singles(14)).questions
    assert told == Shown("q", counts=(4, 0, 4), n=8, cant_say=6)


# R5: choice, multi and bipolar questions


def chosen(**counts: int) -> list[Answer]:
    return [(key,) for key, count in counts.items() for _ in range(count)]


def test_options_that_enough_chose_in_file_order() -> None:
    assert shown(CHOICE, chosen(c=5, a=4, b=3)) == Shown("q", options=("a", "c"))
    assert shown(CHOICE, chosen(a=3, b=3, c=3, d=3)) == Shown("q", options=())


def test_options_only_from_two_t_plus_three() -> None:
    assert shown(CHOICE, chosen(a=6)) == Shown("q", Statement.NONE)
    assert shown(CHOICE, chosen(a=7)) == Shown("q", options=("a",))


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ({"a": 10, "b": 9}, None),  # n = 19
        ({"a": 10, "b": 10}, (10, 10)),
        ({"a": 16, "b": 4}, (16, 4)),
        ({"a": 17, "b": 3}, None),  # above n - t - 2
        ({"a": 10, "b": 9, "c": 1}, None),  # the rest together is 1
        ({"a": 9, "b": 8, "c": 3}, None),  # ... or 3
        ({"a": 9, "b": 7, "c": 3, "d": 1}, (9, 7)),  # ... or t + 2
        ({"a": 20}, None),
    ],
)
def test_counts_of_options_from_twenty_answers(
    counts: dict[str, int], told: tuple[int, ...] | None
) -> None:
    answer = shown(CHOICE, chosen(**counts))
    assert answer.options is not None
    assert answer.option_counts == told
    assert answer.n == (None if told is None else 20)
    assert answer.cant_say == (None if told is None else 0)


def test_no_option_that_enough_chose_has_no_counts() -> None:
    roster = people(*[6] * 4)  # t + 2 is 8
    assert shown(CHOICE, chosen(a=6, b=6, c=6, d=6), roster) == Shown("q", options=())


def test_multi_counts_people_not_picks() -> None:
    answers: list[Answer] = [("a", "b")] * 5 + [("c",)] * 3
    assert shown(MULTI, answers) == Shown("q", options=("a", "b"))
    answers = [*[("a", "b")] * 12, *[("b", "c")] * 4, *[("b",)] * 2, *[("c",)] * 4]
    assert shown(MULTI, answers).option_counts == (12, 18, 8)
    # Three people made six hidden picks: too few people, though enough picks.
    answers = [("a",)] * 10 + [("b",)] * 8 + [("a", "c", "d")] * 3
    assert shown(MULTI, answers) == Shown("q", options=("a", "b"))


def test_bipolar_items_are_options_and_never_averaged() -> None:
    told = shown(scale(bipolar=True), steps("1" * 5 + "3" * 10 + "5" * 5))
    assert told.options == ("1", "3", "5")
    assert told.option_counts == (5, 10, 5)
    assert (told.counts, told.statement, told.mean, told.histogram) == (None,) * 4


# R3: exactly two organisations


def test_two_organisations_hear_only_most_or_differ() -> None:
    pair = people(10, 10)
    heard = set()
    for favourable in range(21):
        for unfavourable in range(21 - favourable):
            answers = bands(favourable, 20 - favourable - unfavourable, unfavourable)
            heard.add(shown(scale(), answers, pair))
    assert heard == {Shown("q", Statement.MOST), Shown("q", Statement.DIFFER)}


def test_two_organisations_most_takes_a_majority_and_t_plus_two() -> None:
    pair = people(6, 5)
    assert shown(scale(), bands(8, 0, 3), pair).statement is Statement.MOST
    assert shown(scale(), bands(7, 0, 4), pair).statement is Statement.DIFFER
    person = people(6, 5, protect="person")
    assert shown(scale(), bands(6, 0, 5), person).statement is Statement.MOST
    assert shown(scale(), bands(5, 0, 6), person).statement is Statement.DIFFER


def test_two_organisations_see_no_options_and_no_cant_say() -> None:
    pair = people(8, 8, protect="person")
    assert shown(CHOICE, chosen(a=8, b=8), pair) == Shown("q", Statement.NONE)
    assert shown(scale(), steps("5" * 13 + "---"), pair) == Shown("q", Statement.MOST)


# R6: what people wrote


def comments(*written: tuple[str | None, bool], roster: Bounds | None = None) -> Result:
    ballots = [Ballot({"w": words}, pass_on) for words, pass_on in written]
    return result([WORDS], ballots, roster or singles(12))


NOTHING = (None, False)


def test_comments_are_shown_from_eight_ballots() -> None:
    told = comments(("One", False), ("Two", True), *[NOTHING] * 6)
    assert told.comments == ("One", "Two")
    assert not told.comments_withheld


def test_below_eight_only_what_is_to_be_passed_on() -> None:
    told = comments(("One", False), ("Two", True), ("Three", False), *[NOTHING] * 4)
    assert told.comments == ("Two",)
    assert told.comments_withheld


def test_a_single_comment_only_if_it_is_to_be_passed_on() -> None:
    assert comments(("One", False), *[NOTHING] * 9).comments == ()
    assert comments(("One", True), *[NOTHING] * 9).comments == ("One",)


def test_two_comments_of_one_person_are_a_single_voice() -> None:
    alone = [Ballot({"w": "One", "w2": "Two"}), *[Ballot({})] * 9]
    assert result([WORDS, MORE_WORDS], alone, singles(12)).comments == ()


def test_whether_words_were_withheld_does_not_say_whether_any_were_written() -> None:
    for count in range(5, 11):
        silent = comments(*[NOTHING] * count)
        wrote = comments(("One", False), *[NOTHING] * (count - 1))
        assert silent == wrote
        assert silent.comments_withheld is (count < 8)


def test_an_unreleased_round_tells_only_what_is_to_be_passed_on() -> None:
    roster = people(6, 5, 1)  # needs 12
    told = comments(*[("Mine", False)] * 10, ("Yours", True), roster=roster)
    assert not told.released
    assert told.comments == ("Yours",)
    assert told.comments_withheld
    few = comments(("Mine", False), ("Yours", True), roster=roster)
    assert few == told


def test_the_pool_is_one_and_shuffled() -> None:
    ballots = [Ballot({"w": f"b{n}", "w2": f"a{n}"}) for n in (3, 1, 2)] + [Ballot({})] * 5
    given_to_shuffle: list[list[str]] = []

    def backwards(pool: list[str]) -> None:
        given_to_shuffle.append(list(pool))
        pool.reverse()

    form = checkin(WORDS, MORE_WORDS)
    told = disclose(form, frozenset(), singles(8), ballots, backwards)
    assert given_to_shuffle == [["a1", "a2", "a3", "b1", "b2", "b3"]]
    assert told.comments == ("b3", "b2", "b1", "a3", "a2", "a1")


def test_empty_words_are_no_comment() -> None:
    assert comments((" \n", True), ("", True), *[NOTHING] * 8).comments == ()


# R9, and what leaves the gate


def test_below_the_minimum_the_number_of_ballots_is_not_told() -> None:
    assert len({comments(*[NOTHING] * count) for count in range(5)}) == 1


def test_only_the_questions_that_were_asked_in_file_order() -> None:
    first = scale().model_copy(update={"key": "z", "when": ("internal",)})
    form: list[Question] = [first, WORDS, scale(), CHOICE.model_copy(update={"key": "a"})]
    ballots = [Ballot({"z": ("5",), "q": ("5",), "a": ("a",), "w": "Hm"})] * 8
    keys = [told.key for told in result(form, ballots, singles(8)).questions]
    assert keys == ["q", "a"]
    keys = [told.key for told in result(form, ballots, singles(8), Fact.INTERNAL).questions]
    assert keys == ["z", "q", "a"]


def test_a_result_survives_as_json_without_its_comments() -> None:
    number = ten().model_copy(update={"key": "n"})
    choice = CHOICE.model_copy(update={"key": "c"})
    some = [Ballot({"q": ("5",), "n": ("9",), "c": ("a",), "w": "A secret"})] * 12
    other = [Ballot({"q": ("5",), "n": ("0",), "c": ("b",), "w": "Another"})] * 12
    full = result([scale(), number, choice, WORDS], [*some, *other, *[Ballot({})] * 4], singles(28))
    text = json.dumps(to_data(full))
    assert "comments" not in json.loads(text)
    assert "secret" not in text
    assert from_data(json.loads(text), full.comments) == full
    assert from_data(json.loads(text)).comments == ()
    few = result([scale()], [], singles(8))
    assert from_data(json.loads(json.dumps(to_data(few)))) == few


def test_the_reprs_of_ballot_and_result_hold_no_words() -> None:
    ballot = Ballot({"w": "A secret"}, pass_on=True)
    assert "secret" not in repr(ballot)
    assert "pass_on" not in repr(ballot)
    told = result([WORDS], [ballot] * 8, singles(8))
    assert told.comments
    assert "secret" not in repr(told)


# T03: who answered changes nothing


@given(data=st.data(), seed=st.integers())
@settings(max_examples=60, deadline=None)
def test_the_order_of_people_and_organisations_changes_nothing(
    data: st.DataObject, seed: int
) -> None:
    seats = data.draw(st.lists(st.sampled_from([1, 2, 3, 4, None]), max_size=26))
    answer = st.fixed_dictionaries(
        {
            "q": st.sampled_from(steps("12345-")),
            "c": st.sampled_from([*chosen(a=1, b=1, c=1), None]),
            "w": st.sampled_from(["one", "two", None]),
        }
    )
    ballot = st.builds(Ballot, answer, st.booleans())
    ballots = data.draw(st.lists(ballot, max_size=len(seats)))
    protect = data.draw(st.sampled_from(list(Protect)))
    form = checkin(scale(), CHOICE.model_copy(update={"key": "c"}), WORDS)

    def told(seats: Sequence[int | None], ballots: Sequence[Ballot]) -> str:
        shuffle = random.Random(seed).shuffle  # the same chance both times
        one = disclose(form, frozenset(), bounds(seats, protect), ballots, shuffle)
        return json.dumps([to_data(one), one.comments])

    others = data.draw(st.permutations([1, 2, 3, 4]))
    moved = [None if seat is None else others[seat - 1] for seat in seats]
    permuted = data.draw(st.permutations(moved)), data.draw(st.permutations(ballots))
    assert told(*permuted) == told(seats, ballots)
