"""What keeps out whoever may not come in, and secrets out of what is written."""

from tests.mutants.mutant import Mutant

CODES = "tests/security/test_codes.py"
CANARIES = "tests/security/test_canaries.py"
INJECTION = "tests/security/test_injection.py"
MATRIX = "tests/security/test_matrix.py"
INSTALLED = "tests/storage/test_installations.py"
WEBHOOK = "tests/adapters/test_telegram_webhook.py"
FORM = "bot/commands/forms.py"

GUARDS = (
    Mutant(
        "the log has an allow list",
        "bot/logs.py",
        " if name in ALLOWED}",
        "}",
        (f"{INJECTION}::test_a_log_line_is_one_line_and_of_allowed_fields",),
    ),
    Mutant(
        "tokens stay out of every line",
        "bot/logs.py",
        'SECRETS.sub("[secret]", text)',
        "text",
        (f"{CANARIES}::test_a_token_nobody_told_of_is_taken_out_by_its_shape",),
    ),
    Mutant(
        "a code ends by use",
        "storage/brokers.py",
        "row.uses_left < 1 or ",
        "",
        (f"{CODES}::test_each_code_ends_by_use_and_by_time",),
    ),
    Mutant(
        "a code's last use is one person's",
        "storage/brokers.py",
        ", col(CodeRow.uses_left) > 0)",
        ")",
        (f"{CODES}::test_each_code_ends_by_use_and_by_time",),
    ),
    Mutant(
        "a code ends by time",
        "storage/brokers.py",
        " or row.expires_at < now:",
        ":",
        (f"{CODES}::test_each_code_ends_by_use_and_by_time",),
    ),
    Mutant(
        "a code for another app ends by time",
        "storage/links.py",
        " and row.expires_at >= now else",
        " else",
        ("tests/storage/test_links.py::test_a_code_is_good_once_for_a_quarter_of_an_hour",),
    ),
    Mutant(
        "a code is compared in constant time",
        "storage/guarding.py",
        "SHELF = 2",
        "SHELF = 7",
        (f"{CODES}::test_a_code_is_never_looked_up_as_a_whole",),
    ),
    Mutant(
        "nobody guesses codes",
        "dialogues/tries.py",
        "len(self._recent(who, now)) >= MOST",
        "False",
        (f"{CODES}::test_after_ten_wrong_codes_an_account_waits_an_hour",),
    ),
    Mutant(
        "Telegram shows the webhook's secret",
        "adapters/telegram/webhook.py",
        "if not hmac.compare_digest(shown, self.secret.encode()):",
        "if not shown:",
        (f"{WEBHOOK}::test_whoever_does_not_know_the_secret_is_refused",),
    ),
    Mutant(
        "Slack signs what it sends",
        "adapters/slack/receiving.py",
        "return self._verifier.is_valid(raw, stamp, signature)",
        "return bool(stamp and signature)",
        ("tests/adapters/test_slack_http.py::test_what_slack_has_not_signed_is_refused",),
    ),
    Mutant(
        "a command asks for its role",
        FORM,
        "if not scene.holds(command.roles):",
        "if False:",
        (f"{MATRIX}::test_inside_their_partnership_too_a_role_opens_no_other",),
        all=True,
    ),
    Mutant(
        "whoever left goes on with no form of the partnership",
        FORM,
        " and takes_part(scene, pending.partnership_id):",
        ":",
        (f"{MATRIX}::test_a_form_of_the_foreign_partnership_is_not_gone_on_with",),
    ),
    Mutant(
        "the playground answers its own page only",
        "adapters/playground/guard.py",
        "if not ours or (origin is not None and",
        "if ours and (origin == asked and",
        ("tests/adapters/test_playground.py::test_only_its_own_page_may_ask",),
    ),
    Mutant(
        "a token's seal is bound to its installation",
        "storage/installations.py",
        'return f"installation {name}".encode()',
        'return b"installation"',
        (f"{INSTALLED}::test_a_seal_opens_only_its_own_row_and_under_its_own_key",),
    ),
    Mutant(
        "a ticket is good once",
        "storage/installations.py",
        "col(TicketRow.digest) == _digest(ticket), col(TicketRow.expires_at) > now",
        "col(TicketRow.digest) == _digest(ticket)",
        (f"{INSTALLED}::test_a_ticket_is_good_once_and_not_for_ever",),
    ),
)
