"""Whatever people call themselves or write stays words: in chats, pages, paper, tables, logs.

A whole review is played by people, organisations and a partnership with such names, and all
that anybody is sent is looked at as each platform and each reader would see it.
"""

import csv
import io
import json
import os
import re
from html.parser import HTMLParser
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from adapters.playground.guard import attachment
from adapters.slack import outgoing as slack
from adapters.telegram import outgoing as telegram
from bot import logs
from bot.calendars import day_file
from bot.paper import document
from dialogues.library import open_library
from dialogues.markup import parse
from dialogues.messages import File, Message, Outgoing, say
from dialogues.texts import Texts
from tests.conftest import START, World
from tests.dialogues.reported import READERS
from tests.doubles.slack_limits import check_blocks
from tests.doubles.telegram_spec import check_markup
from tests.doubles.telegram_text import parse_html

NASTY = {
    "template": "{{ 7*7 }}{% raw %}${7*7}%(id)s%s{broker}\ue000",
    "html": "\"><img src=x onerror=alert(1)><script>evil()</script>&amp;'",
    "marks": "*b* _i_ `c` [go](http://evil.example) <http://evil.example> ~~s~~ > q",
    "slack": "<!channel> <@U0001> <http://evil.example|go> &lt;!here&gt; @everyone",
    "formula": '=HYPERLINK("http://evil.example")',
    "typst": '#eval("1+1") \\ #sys $x$ "]#[',
    "lines": 'a\nBEGIN:VALARM\r\nX-Evil: 1\u2028b; filename="x.exe"',
}
PLAYED = NASTY if os.environ.get("TEST_LONG") == "1" else ("template", "html", "slack", "lines")


class Seen:
    """All that anybody was sent."""

    def __init__(self, world: World) -> None:
        self.replies: list[Outgoing] = []
        worded = world.app.reports.word

        async def word(message: Message, person: Any, to: Any) -> Outgoing:
            made = await worded(message, person, to)
            self.replies.append(made)
            return made

        world.app.reports.word = word  # type: ignore[method-assign]

    @property
    def files(self) -> list[File]:
        return [file for reply in self.replies for file in reply.files]


async def played(world: World, nasty: str) -> Seen:
    """Found, join, answer with comments, close, read in every form, reply, list, erase."""
    seen = Seen(world)
    people = [f"u{number}" for number in range(8)]
    for user in ("budi", "ratna", *people):
        world.person(user, f"{user} {nasty}"[:80])
    await world.says("budi", "/partnership new")
    await world.says("budi", f"P {nasty}"[:80])
    one_line = " ".join(nasty.split()).replace(";", ",")
    await world.says("budi", "\n".join(f"{o} {one_line}"[:80] for o in "ABCD"))
    for label in ("That's right", "An independent person"):
        await world.taps("budi", label)
    await world.says("budi", f"R {nasty}"[:80])
    await world.taps("budi", "The partnership")
    codes = world.codes("budi")
    await world.says("ratna", f"/start {codes[4]}")
    for label in ("Join", "I agree"):
        await world.taps("ratna", label)
    for number, user in enumerate(people):
        await world.says(user, f"/start {codes[number // 2]}")
        await world.taps(user, "Join")
    for command in ("protect person", f"term {one_line[:25]}", f"purpose {one_line}"):
        await world.says("budi", f"/partnership set {command}")
    await world.says("budi", "/review start responsibilities for 2h")
    await world.taps("budi", "Start")
    for user in people:
        await world.taps(user, "All on one page")
        words = {"text": nasty}
        await world.fills(user, {"r1": ("4",), "r2_fit": ("2",), **words})
        if "Your words" in world.last(user) or "another look" in world.last(user):
            await world.fills(user, {"r1": ("4",), "r2_fit": ("2",), **words})
    await world.forward(hours=3)
    for page in ("", " page", " guide", " data"):
        await world.says("ratna", f"/feedback{page}")
    await world.taps("ratna", "Reply to the group")
    few = " ".join(nasty.split()[:4])  # five in a row would be a quotation
    await world.says("ratna", f"Heard {few}")
    await world.says("ratna", f"Action {few}")
    await world.taps("ratna", "I do")
    await world.says("ratna", "11 December")
    await world.taps("ratna", "No more actions")
    await world.says("ratna", "14 December")
    await world.taps("ratna", "Send the reply")
    for said in ("results", "results page", "results data", "review list", "partnership show"):
        await world.says("budi", f"/{said}")
    for said in ("people", "organisation list", "broker list", "mydata", "start", "forget me"):
        await world.says("u1", f"/{said}")
    return seen


@pytest.mark.parametrize("kind", PLAYED)
async def test_a_whole_review_stays_words(
    world: World, kind: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    nasty = NASTY[kind]
    seen = await played(world, nasty)
    told = "\n".join(reply.text for reply in seen.replies)
    assert "Alpha" not in told and told.count("u1 ") > 3  # the names really were in it
    for reply in seen.replies:
        _on_telegram(reply)
        _on_slack(reply)
    kinds = {file.kind for file in seen.files}
    assert kinds == {
        "application/json",
        "application/pdf",
        "image/png",
        "text/calendar",
        "text/csv",
        "text/html",
    }
    for file in seen.files:
        assert re.fullmatch(r"[\w -]+\.[a-z]{3,4}", file.name, re.ASCII), file.name
        _as_file(file)
    out, err = capfd.readouterr()
    assert "evil" not in out + err + caplog.text and nasty[:12] not in out + err + caplog.text


def _on_telegram(reply: Outgoing) -> None:
    for _, values in telegram.requests(reply):
        words, entities = parse_html(values["text"])
        assert "49" not in words or "7*7" not in reply.text
        for entity in entities:
            assert "evil" not in entity.get("url", ""), entity
            assert entity["type"] in ("bold", "italic", "text_link", "code", "blockquote")
        if "reply_markup" in values:
            check_markup(json.loads(values["reply_markup"]))


def _on_slack(reply: Outgoing) -> None:
    for part in slack.parts(reply):
        assert not check_blocks(part.blocks)
        assert "<" not in part.text and ">" not in part.text
        for element in _elements(part.blocks):
            assert element.get("type") not in (
                "broadcast",
                "user",
                "usergroup",
                "channel",
                "mrkdwn",
            )
            assert "evil" not in element.get("url", "")


def _elements(value: Any) -> Any:
    if isinstance(value, list):
        for item in value:
            yield from _elements(item)
    elif isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _elements(inner)


class Page(HTMLParser):
    """Every tag of a page, with its attributes."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def _as_file(file: File) -> None:
    if file.kind == "text/html":
        page = Page(file.content.decode())
        assert not page.tags & {"script", "img", "iframe", "object", "base", "form"}
        assert not [a for a in page.attributes if a[0].startswith("on") or "evil" in a[1]]
    elif file.kind == "text/csv":
        text = file.content.decode("utf-8-sig")
        for row in csv.reader(io.StringIO(text)):
            assert not [cell for cell in row if cell.lstrip().startswith(tuple("=+-@"))], row
    elif file.kind == "application/json":
        json.loads(file.content)
    elif file.kind == "text/calendar":
        (event,) = Calendar.from_ical(file.content).events
        assert not event.subcomponents and "X-EVIL" not in event
    elif file.kind == "application/pdf":
        assert file.content.startswith(b"%PDF") and b"/URI" not in file.content


pieces = st.lists(
    st.one_of(st.sampled_from([*NASTY.values(), "\r\n", "\0", "\u202e", ":", ";", ","]), st.text()),
    max_size=5,
).map("".join)


@given(pieces)
def test_a_calendar_has_one_event_and_one_line_for_its_title(title: str) -> None:
    file = day_file("talk", title, START.date(), "1@titian", START)
    lines = file.content.decode(errors="replace").split("\r\n")
    names = {re.split("[;:]", line, maxsplit=1)[0] for line in lines if line and line[0] != " "}
    assert names == {
        "BEGIN", "END", "VERSION", "PRODID", "UID", "SUMMARY", "DTSTART", "DTSTAMP",
    }  # fmt: skip
    assert sum(line == "BEGIN:VEVENT" for line in lines) == 1


@given(pieces)
def test_a_files_name_is_no_header(name: str) -> None:
    answer = attachment(b"x", "text/csv", name.encode(errors="replace").decode())
    raw = dict(answer.raw_headers)[b"content-disposition"]
    assert re.fullmatch(rb"attachment; filename\*=UTF-8''[\w.%~-]*", raw, re.ASCII)
    assert b"\r" not in raw and b"\n" not in raw


@given(pieces)
def test_a_log_line_is_one_line_and_of_allowed_fields(value: str) -> None:
    """Whatever a library's error or an address holds."""
    for style in ("json", "console"):
        logs.set_up(style)
        out = io.StringIO()
        structlog.configure(logger_factory=structlog.PrintLoggerFactory(out))
        structlog.get_logger().warning("part_failed", error=value, answer=value, part="x")
        written = out.getvalue()
        assert written.endswith("\n") and len(written.splitlines()) == 1, written
        assert "answer" not in re.sub(re.escape(value), "", written) or "answer" in value
    structlog.reset_defaults()


@given(pieces)
def test_a_value_makes_no_link_list_or_heading(value: str) -> None:
    texts = Texts(open_library()) if not _TEXTS else _TEXTS[0]
    _TEXTS[:] = [texts]
    target = {"text": value, "owner": value, "until": ""}
    said = say(
        "formal/conclusion",
        partnership=value, broker=value, targets=[target], follow="", over=False,
    )  # fmt: skip
    plain = say(
        "formal/conclusion",
        partnership="x", broker="x", targets=[{"text": "x", "owner": "x", "until": ""}],
        follow="", over=False,
    )  # fmt: skip
    for reader in READERS.values():
        shapes = [_shape(parse(texts.word(each, reader))) for each in (said, plain)]
        assert set(shapes[0]) <= set(shapes[1])


_TEXTS: list[Texts] = []


def _shape(node: Any) -> list[str]:
    return [node.type, *(kind for child in node.children for kind in _shape(child))]


def test_paper_reads_no_file_and_no_other_address() -> None:
    with pytest.raises(Exception, match=r"(?i)access|not found|denied|file"):
        document('#read("/etc/passwd")')
