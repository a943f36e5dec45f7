"""Each protection, the change that takes it away, and the tests that must then fail.

A further one is one entry: the protection in words, the file, what stands there, what is put
in its place, the tests. What stands there must occur exactly once (`all=True`: at least once).
"""

from tests.mutants.guards import GUARDS
from tests.mutants.mutant import Mutant

GATE = "dialogues/disclosure.py"
BOUNDS = "dialogues/bounds.py"
AGAIN = "dialogues/again.py"
ATTACKS = "tests/attacks/"
SCALES = ATTACKS + "test_gate_scales.py"
CHOICES = ATTACKS + "test_gate_choices.py"
RESULT = ATTACKS + "test_gate_result.py"
TWICE = ATTACKS + "test_gate_again.py"
COUNTING = ATTACKS + "test_flows_counting.py"
ROUNDS = ATTACKS + "test_flows_rounds.py"
WORDS = ATTACKS + "test_flows_words.py"
WRITES = ATTACKS + "test_flows_writes.py"
PAYLOADS = ATTACKS + "test_payloads.py"
REFLECTION = ATTACKS + "test_reflection.py"
NAMED = ATTACKS + "test_named.py"
BALLOTS = "tests/storage/test_ballots.py"
DATABASE = "tests/storage/test_database.py"
DISCLOSURE = "tests/dialogues/test_disclosure.py"
FORMS = "tests/dialogues/test_forms.py"
LINK = "tests/bot/test_report_page.py"
JOINS = ATTACKS + "test_joins.py"
REMAINS = ATTACKS + "test_remains.py"
COUNTS = ATTACKS + "test_counts.py"
SEALING = "tests/storage/test_sealing.py"
COPYING = "tests/bot/test_copying.py"

REGISTERED = (
    # ---- the gate's numbers ----------------------------------------------------------------
    Mutant(
        "t is the largest organisation, not one less",
        BOUNDS,
        "max((2, *self.sizes))",
        "max((2, *self.sizes)) - 1",
        (f"{SCALES}::test_in_bands_nobody_is_certain_of_anybody",),
    ),
    Mutant(
        "t is 1 where single persons are protected, not 0",
        BOUNDS,
        "return 1 if self.protect",
        "return 0 if self.protect",
        (f"{SCALES}::test_in_bands_nobody_is_certain_of_anybody",),
    ),
    Mutant(
        "a statement rests on t + 2, not t + 1",
        BOUNDS,
        "return self.t + 2",
        "return self.t + 1",
        (f"{SCALES}::test_in_bands_nobody_is_certain_of_anybody",),
    ),
    Mutant(
        "both directions from 2t + 3, not 2t + 2",
        BOUNDS,
        "return 2 * self.t + 3",
        "return 2 * self.t + 2",
        (
            f"{SCALES}::test_in_bands_nobody_is_certain_of_anybody",
            f"{CHOICES}::test_nobodys_choice_is_certain",
        ),
    ),
    Mutant(
        "R2: n ≥ t + 3, not k alone",
        BOUNDS,
        "max(self.minimum, self.t + 3, self.sizes[0] + spread)",
        "max(self.minimum, self.sizes[0] + spread)",
        (f"{RESULT}::test_the_number_that_is_announced_is_exactly_the_one_that_is_needed",),
    ),
    Mutant(
        "R2: k is at least 5",
        "bot/commands/partnership_set.py",
        "SMALLEST = 5",
        "SMALLEST = 4",
        (f"{ROUNDS}::test_settings_are_frozen_at_the_start_and_may_not_go_below_five",),
    ),
    Mutant(
        "R3: three organisations took part, whoever stayed away",
        BOUNDS,
        "self.second + 1",
        "self.second",
        (f"{RESULT}::test_whoever_stayed_away_three_organisations_took_part",),
    ),
    Mutant(
        "R3: of two organisations the smaller gives k",
        BOUNDS,
        "self.minimum if self.pairwise else",
        "1 if self.pairwise else",
        (f"{RESULT}::test_whoever_stayed_away_three_organisations_took_part",),
    ),
    Mutant(
        "R3: two organisations hear two sentences only",
        GATE,
        "if not bounds.pairwise and bounds.floor",
        "if bounds.floor",
        (DISCLOSURE,),
    ),
    Mutant(
        "R5: counts leave t + 2 on the other side",
        GATE,
        "favourable <= n - bounds.floor:",
        "favourable <= n - bounds.floor + 1:",
        (f"{SCALES}::test_in_bands_nobody_is_certain_of_anybody",),
    ),
    Mutant(
        "R5: counts leave t + 2 on this side",
        GATE,
        "bounds.floor <= favourable",
        "bounds.floor - 1 <= favourable",
        (f"{SCALES}::test_in_bands_nobody_is_certain_of_anybody",),
    ),
    Mutant(
        "R5: “most” rests on t + 2",
        BOUNDS,
        "max(self.floor, n // 2 + 1)",
        "n // 2 + 1",
        (f"{SCALES}::test_in_bands_nobody_is_certain_of_anybody",),
    ),
    Mutant(
        "R5: “need for change” from 2t + 3 only",
        GATE,
        "and n >= bounds.both and unfavourable",
        "and unfavourable",
        (f"{SCALES}::test_in_bands_nobody_is_certain_of_anybody",),
    ),
    Mutant(
        "R5: histogram, mean and median from 20 only",
        GATE,
        "FULL_FROM = 20",
        "FULL_FROM = 5",
        (f"{SCALES}::test_in_full_values_neither_band_nor_value_is_certain", DISCLOSURE),
    ),
    Mutant(
        "R5: options from 2t + 3 only",
        GATE,
        "if bounds.pairwise or n < bounds.both:",
        "if bounds.pairwise:",
        (f"{CHOICES}::test_nobodys_choice_is_certain",),
    ),
    Mutant(
        "R5: an option rests on t + 2",
        GATE,
        "if picks[o.key] >= bounds.floor",
        "if picks[o.key] >= 1",
        (f"{CHOICES}::test_nobodys_choice_is_certain",),
    ),
    Mutant(
        "R5: counted options leave t + 2 elsewhere",
        GATE,
        "within = all(count <= n - bounds.floor for count in counts)",
        "within = True",
        (f"{CHOICES}::test_nobodys_choice_is_certain", DISCLOSURE),
    ),
    Mutant(
        "R5: the options that are not shown hold nobody or t + 2",
        GATE,
        "and (rest == 0 or rest >= bounds.floor)",
        "",
        (f"{CHOICES}::test_nobodys_choice_is_certain", DISCLOSURE),
    ),
    Mutant(
        "R6: words as written from 8 ballots on",
        GATE,
        "VERBATIM_FROM = 8",
        "VERBATIM_FROM = 5",
        (DISCLOSURE,),
    ),
    Mutant(
        "R6: a single author's words stay",
        GATE,
        "sum(bool(said) for said, _ in written) > 1",
        "sum(bool(said) for said, _ in written) > 0",
        (DISCLOSURE,),
    ),
    Mutant(
        "R6: comments are shuffled",
        GATE,
        "    shuffle(pool)\n",
        "",
        (f"{RESULT}::test_and_the_shuffle_is_even",),
    ),
    Mutant(
        "R6: the order before the shuffle is nobody's",
        GATE,
        "return sorted(text for said",
        "return list(text for said",
        (f"{RESULT}::test_the_order_of_comments_does_not_follow_who_wrote_them",),
    ),
    Mutant(
        "R6: a language few use is warned of",
        "dialogues/comments.py",
        "used.count(name) < FEW",
        "used.count(name) < 0",
        (f"{WORDS}::test_words_that_point_to_their_author_are_warned_of_before_sending",),
    ),
    Mutant(
        "R7: no figures where few came or went",
        GATE,
        "if near is not None:",
        "if near is not None and False:",
        (f"{TWICE}::test_where_nobody_else_changed_their_mind_nothing_is_said",),
    ),
    Mutant(
        "R7: the close looks for earlier results",
        "bot/closing.py",
        "list(_before(unit, round_, seats))",
        "[]",
        (f"{ROUNDS}::test_after_one_has_left_the_second_report_names_no_figure",),
    ),
    Mutant(
        "R7: as far as t + 2 came or went",
        AGAIN,
        "<= max(t, self.t) + 2",
        "<= max(t, self.t) - 1",
        (f"{TWICE}::test_where_nobody_else_changed_their_mind_nothing_is_said",),
    ),
    Mutant(
        "R7: whoever left may have been favourable",
        AGAIN,
        "favourable + self.left < least",
        "favourable < least",
        (f"{TWICE}::test_where_nobody_else_changed_their_mind_nothing_is_said",),
    ),
    Mutant(
        "R7: whoever joined may be favourable",
        AGAIN,
        "favourable - self.joined >= highest",
        "favourable >= highest",
        (f"{TWICE}::test_where_nobody_else_changed_their_mind_nothing_is_said",),
    ),
    Mutant(
        "R7: “less” rests on t + 2",
        AGAIN,
        "safe = least >= withstood + self.left + 2",
        "safe = True",
        (f"{TWICE}::test_whatever_everybody_answers_the_second_time_nobody_is_certain",),
    ),
    Mutant(
        "R7: “more” leaves t + 1 on the other side",
        AGAIN,
        "safe = highest + self.joined <= n - withstood - 1",
        "safe = True",
        (f"{TWICE}::test_whatever_everybody_answers_the_second_time_nobody_is_certain",),
    ),
    Mutant(
        "R7: whoever joins again under another name brings no figures back",
        AGAIN,
        "max(self.joined, self.left) <=",
        "self.joined + self.left <=",
        (f"{TWICE}::test_whoever_joins_again_under_another_name_does_not_bring_figures_back",),
    ),
    Mutant(
        "R8: the broker is not on the partners' roster",
        "bot/reviews.py",
        "and not (Role.BROKER in m.roles if about is None else m.id == about.member_id)",
        "",
        (f"{ROUNDS}::test_the_broker_is_on_no_roster_and_neither_starts_nor_sees_it",),
    ),
    Mutant(
        "R9: below the minimum no number is told",
        GATE,
        "answered=len(ballots) if released else None",
        "answered=len(ballots)",
        (f"{RESULT}::test_the_number_that_is_announced_is_exactly_the_one_that_is_needed",),
    ),
    # ---- the box ---------------------------------------------------------------------------
    Mutant(
        "every row of a round has one size",
        "storage/ballots.py",
        r'body.ljust(self._size - HEAD, b"\0")',
        r'body.ljust(self._size - HEAD if len(body) > 200 else 400, b"\0")',
        (f"{BALLOTS}::test_a_row_for_everybody_all_alike",),
    ),
    Mutant(
        "a sealed row opens in its own slot and round only",
        "storage/ballots.py",
        "self._bound(slot), ",
        'b"", ',
        (f"{BALLOTS}::test_a_copied_row_does_not_open",),
        all=True,
    ),
    Mutant(
        "a row for everybody from the opening on",
        "storage/ballots.py",
        "sorted(self._slot(member) for member in members)",
        "sorted(self._slot(member) for member in list(members)[1:])",
        (f"{BALLOTS}::test_a_row_for_everybody_all_alike",),
    ),
    Mutant(
        "rows are written in slot order",
        "storage/ballots.py",
        "sorted(self._slot(member) for member in members)",
        "[self._slot(member) for member in members]",
        (f"{BALLOTS}::test_rows_are_written_in_slot_order",),
    ),
    Mutant(
        "a ballot's transaction writes no row that names a person",
        "bot/answering.py",
        "        box.write(member, after)\n    faults",
        "        box.write(member, after)\n"
        "        results.keep_message(unit, round_.id, member, spot.installation, spot.chat, '1')\n"
        "    faults",
        (f"{WRITES}::test_a_transaction_that_writes_a_ballot_writes_nothing_that_names_a_person",),
    ),
    Mutant(
        "the keys are destroyed after the close",
        "bot/timekeeping.py",
        "destroy_keys(self._house.keyring, round_.id)",
        "pass",
        (f"{WRITES}::test_after_the_close_there_is_no_ballot_and_no_key_for_one",),
    ),
    Mutant(
        "ballots are deleted at the close",
        "bot/closing.py",
        "    delete_ballots(unit, round_.id)\n",
        "",
        (f"{WRITES}::test_after_the_close_there_is_no_ballot_and_no_key_for_one",),
    ),
    Mutant(
        "“destroyed” waits for readers in the way",
        "bot/timekeeping.py",
        "if not await self._store.scrub():",
        "if await self._store.scrub() is None:",
        (f"{WRITES}::test_destroyed_is_not_said_while_a_reader_is_in_the_way",),
    ),
    Mutant(
        "a busy database is noticed",
        "storage/store.py",
        "return bool(busy[0] == 0)",
        "return bool(busy)",
        (f"{DATABASE}::test_a_reader_in_the_way_is_noticed",),
    ),
    Mutant(
        "comments end with a key of their own",
        "storage/ballots.py",
        "bytes(secret.Aead(keyring.make(name)).encrypt(body, aad=name.encode()))",
        "body",
        (f"{BALLOTS}::test_comments_end_with_their_key",),
    ),
    Mutant(
        "each hour all rows are sealed under another key",
        "storage/sealing.py",
        "old.renew(Box(unit, keyring, round_id, number + 1, size), changes or {})",
        "old.renew(old, changes or {})",
        (f"{SEALING}::test_every_row_is_new_and_says_the_same",),
    ),
    Mutant(
        "the key of the last hour is destroyed",
        "storage/sealing.py",
        "        keyring.destroy(name)\n",
        "        pass\n",
        (f"{JOINS}::test_copies_of_two_hours_do_not_fit",),
    ),
    Mutant(
        "before a backup all is sealed again",
        "bot/copying.py",
        "return await Sealing(House(library, Texts(library), keyring), store).renew_all()",
        "return True",
        (f"{COPYING}::test_a_copy_holds_no_key_and_fits_none_but_this_hours",),
    ),
    Mutant(
        "forgetting seals the whole round again",
        "bot/forgetting.py",
        "sealing.renew(unit, house.keyring, found.id, {member: _blank})",
        "sealing.open_box(unit, house.keyring, found).write(member, Draft())",
        (f"{JOINS}::test_no_row_of_a_person_shares_a_transaction_with_a_ballot",),
    ),
    Mutant(
        "forgetting takes what was answered by name",
        "storage/forgetting.py",
        "        _forget_answers(unit, member.id)\n",
        "",
        ("tests/bot/test_by_name.py::test_forget_me_takes_what_was_answered_by_name",),
    ),
    Mutant(
        "what forgetting deletes is vacuumed",
        "storage/store.py",
        '"reflection", "reply", "result", ',
        '"reflection", ',
        (f"{REMAINS}::test_whatever_forgetting_changes_is_scrubbed",),
    ),
    Mutant(
        "reminders are in no metric",
        "bot/sending.py",
        "if message.say.key in UNCOUNTED:",
        "if False:",
        (f"{COUNTS}::test_a_reminder_run_leaves_the_same_whoever_has_answered",),
    ),
    Mutant(
        "a receipt does not tell its owner's language",
        "bot/answering.py",
        "view.house.receipt(view.partnership.language)",
        "view.house.receipt(reader.language)",
        (f"{WORDS}::test_a_receipt_does_not_tell_its_owners_language",),
    ),
    # ---- how a round goes ------------------------------------------------------------------
    Mutant(
        "closing early takes a day's notice and half of the window",
        "dialogues/due.py",
        "max(now + NOTICE, opens + (closes - opens) / 2)",
        "now",
        (f"{COUNTING}::test_closing_early_takes_a_days_notice_and_half_of_the_window",),
    ),
    Mutant(
        "half of the window is not halved again",
        "bot/commands/review_close.py",
        "if any(outbox.was_put(scene.unit, _notice(review, seat)) for seat in seats):",
        "if not seats:",
        (f"{COUNTING}::test_half_of_the_window_is_not_halved_again",),
    ),
    Mutant(
        "one round of a check-in is open at a time",
        "bot/starting.py",
        "    if still_open:\n",
        "    if still_open and False:\n",
        (f"{ROUNDS}::test_a_second_round_beside_an_open_one_is_refused",),
    ),
    Mutant(
        "one is planned at a time",
        "bot/starting.py",
        "if planned.state is ReviewState.PLANNED and",
        "if False and",
        (
            f"{ROUNDS}::test_nor_can_two_be_planned_and_open_together",
            f"{ROUNDS}::test_two_taps_on_two_start_buttons_make_one_round",
        ),
    ),
    Mutant(
        "fourteen days between two rounds",
        "dialogues/due.py",
        "BETWEEN = timedelta(days=14)",
        "BETWEEN = timedelta(days=1)",
        (f"{ROUNDS}::test_the_next_round_waits_fourteen_days_even_for_a_changed_assignment",),
    ),
    Mutant(
        "accounts on one open roster are not merged",
        "storage/links.py",
        "    if _asked_now(unit, list(doubled)):\n        return None\n",
        "",
        ("tests/storage/test_links.py::test_an_open_roster_cannot_lose_anybody",),
    ),
    Mutant(
        "a receipt is unique in its round",
        "bot/answering.py",
        "while box.holds(words := view.house.receipt(view.partnership.language)):",
        "while (words := view.house.receipt(view.partnership.language)) is None:",
        (f"{WORDS}::test_two_people_never_hold_one_receipt",),
    ),
    # ---- what is shown and sent ------------------------------------------------------------
    Mutant(
        "a form starts empty after sending",
        "bot/pages.py",
        'if draft.state == "draft" else None',
        "if draft else None",
        (f"{WORDS}::test_the_page_with_the_whole_form_starts_empty_after_sending",),
    ),
    Mutant(
        "changing starts without ticks",
        "dialogues/engine.py",
        "return show(form, replace(draft, place=move.key, partial=()))",
        "return show(form, _return_to(draft, move.key))",
        (f"{WORDS}::test_what_was_sent_is_shown_to_nobody_not_even_by_its_author",),
    ),
    Mutant(
        "previews hold no name",
        "bot/screens.py",
        'preview=say("phrase.preview")',
        "preview=showing.broker",
        (f"{PAYLOADS}::test_previews_are_neutral_while_it_is_open",),
    ),
    Mutant(
        "Slack's preview is not the message itself",
        "adapters/slack/outgoing.py",
        'said = ""  # nothing of a check-in on a locked screen',
        "said = markup.plain(message.text)",
        (f"{PAYLOADS}::test_previews_are_neutral_while_it_is_open",),
    ),
    Mutant(
        "tokens say nothing in words",
        "dialogues/tokens.py",
        'text += f":{option}" if option >= 0 else ""',
        "text += f\":{['strongly disagree', 'disagree', 'neither', 'agree'][option % 4]}\""
        ' if option >= 0 else ""',
        ("tests/dialogues/test_tokens.py",),
    ),
    # ---- what one person keeps for themself ---------------------------------------------------
    Mutant(
        "the key of reflections goes with their author",
        "bot/forgetting.py",
        "*map(reflection_key, own)",
        "",
        (f"{REFLECTION}::test_forget_me_takes_row_and_key_at_once",),
    ),
    Mutant(
        "the row of reflections does not tell how many there are",
        "storage/reflections.py",
        "size = -(-(HEAD + len(body)) // STEP) * STEP",
        "size = HEAD + len(body)",
        (f"{REFLECTION}::test_one_time_and_many_take_the_same_room",),
    ),
    Mutant(
        "a broker among several cannot see the review as coordinator",
        "bot/oneself.py",
        "return scene.person.id in concerning.persons(scene.unit, review, checkin)",
        "return review.assignment_id is not None",
        (f"{NAMED}::test_among_several_brokers_each_reads_their_own_view_and_no_other",),
    ),
    Mutant(
        "among several brokers each reads their own view only",
        "bot/concerning.py",
        "if person is not None and rounds.seat_of(unit, mirror.id, person) is not None:",
        "if person is not None:",
        (f"{NAMED}::test_among_several_brokers_each_reads_their_own_view_and_no_other",),
    ),
    Mutant(
        "a reply quotes no comment",
        "bot/commands/feedback_reply.py",
        "if words := reply.quoted(text, report.result.comments):",
        "if words := reply.quoted(text, ()):",
        ("tests/bot/test_replying.py::test_a_comment_is_not_quoted_to_the_group",),
    ),
    # ---- a report's forms and its link -------------------------------------------------------
    Mutant(
        "a link to a report is signed",
        "bot/signing.py",
        'if not hmac.compare_digest(signed, _sign(keyring, "link", body)):',
        "if not signed:",
        (f"{LINK}::test_changed_or_cut_it_is_unknown",),
    ),
    Mutant(
        "a link to a report is used up by the first browser",
        "bot/report_page.py",
        "if used and not signing.is_opened(",
        "if not used and not used and signing.is_opened(",
        (f"{LINK}::test_passed_on_it_opens_nothing",),
    ),
    Mutant(
        "a link to a report ends",
        "bot/signing.py",
        "return now.timestamp() >= self.until",
        "return False",
        (f"{LINK}::test_when_its_time_is_over_it_says_so",),
    ),
    Mutant(
        "who may no longer read a report opens no link to it",
        "bot/report_page.py",
        "return any(formality.may_read(unit, review, member) for member in here)",
        "return True",
        (f"{LINK}::test_a_coordinator_gets_one_after_the_broker",),
    ),
    Mutant(
        "the other direction stands beside a report only once its readers had it",
        "bot/beside.py",
        "ENDED if reads_first else SHARED",
        "ENDED",
        (
            "tests/bot/test_beside.py::test_the_other_direction_stands_beside_once_its_readers_had_it",
        ),
    ),
    Mutant(
        "what is kept for the next comparison is in no export",
        "dialogues/exports.py",
        'HIDDEN = frozenset({"majority"})',
        "HIDDEN = frozenset[str]()",
        (f"{FORMS}::test_data_is_the_result_and_nothing_that_is_kept_back",),
    ),
    Mutant(
        "no cell begins a formula",
        "dialogues/exports.py",
        "if cell.lstrip(BLANK).startswith(HARMFUL)",
        "if cell.startswith(HARMFUL[0])",
        (f"{FORMS}::test_no_cell_begins_a_formula",),
    ),
    Mutant(
        "a value cannot become markup of the paper",
        "dialogues/markup.py",
        """.replace('"', '\\\\"')""",
        "",
        (f"{FORMS}::test_a_value_cannot_end_a_string_of_typst",),
    ),
    *GUARDS,
)
