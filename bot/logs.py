"""What the log may say: an allow list of fields. Never a message, an answer or a token."""

import logging
import re
import sys
from collections.abc import Iterable, MutableMapping
from typing import Any

import structlog

ALLOWED = frozenset(
    {"event", "level", "timestamp", "part", "error", "address", "installation", "hint", "seconds"}
)
SECRETS = re.compile(r"(bot\d+:[\w-]+|\d{6,}:[\w-]{20,}|xox[a-z]-[\w-]+|xapp-[\w-]+)")


def _only_allowed(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    kept = {name: value for name, value in event.items() if name in ALLOWED}
    for name, value in kept.items():
        if isinstance(value, str):
            kept[name] = _said(value)
    return kept


def _said(text: str) -> str:
    """*text* without what lets somebody in, and on one line: nothing in it begins another."""
    clean = SECRETS.sub("[secret]", text)
    for hidden in _hidden:
        clean = clean.replace(hidden, "[secret]")
    return "".join(letter if letter.isprintable() else "?" for letter in clean)


_hidden: tuple[str, ...] = ()


class _Scrub(logging.Filter):
    """Keeps tokens out of what libraries write, and their tracebacks out altogether."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = _said(record.getMessage())
        record.args = ()
        record.exc_info = None
        record.exc_text = None
        return True


def set_up(style: str, hidden: Iterable[str] = ()) -> None:
    """Logs to standard error, for a person (`console`) or a machine (`json`).

    *hidden*: what no line may hold, whatever it looks like.
    """
    global _hidden
    _hidden = tuple(sorted({word for word in hidden if word}, key=len, reverse=True))
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _only_allowed,
            renderer,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_Scrub())
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for noisy in ("httpx", "httpcore", "apscheduler", "uvicorn.access", "slack_bolt", "slack_sdk"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
