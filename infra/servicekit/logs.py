"""JSON lines on stderr: a constant message, ids in `extra`, and no full phone number or secret anywhere."""

import json
import logging
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from servicekit import tracing

_bound: ContextVar[Mapping[str, str]] = ContextVar("servicekit_logs_bound", default={})  # noqa: B039 - never mutated

_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
_RESERVED = frozenset({"ts", "level", "logger", "service", "message", "exception"})

_DIGIT_RUN = re.compile(r"\d{7,}")
_URL_PASSWORD = re.compile(r"(://[^/\s:@]*):[^/\s@]+@")
_KEY_WORDS = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+")

SECRET_WORDS = frozenset({"password", "passwd", "secret", "token", "ha1", "authorization", "cookie", "apikey"})
# Keys whose last word is one of these hold long digit runs which are no phone numbers.
PLAIN_WORDS = frozenset(
    {"id", "ids", "port", "ms", "seconds", "bytes", "ts", "at", "pid", "sha256", "version", "count", "rows"}
)
# "caller_id" ends like an id, and is a phone number all the same.
NUMBER_KEYS = frozenset({"caller_id", "callerid", "connected_id", "called_id", "dialed_id"})


def mask_text(text: str) -> str:
    """Mask digit runs of 7 or more (`138****5678`) and passwords inside URLs.

    Runs under 10 digits keep the last 4 only: with 3 + 4 shown there would be hardly anything hidden.
    """
    return _DIGIT_RUN.sub(_mask_run, _URL_PASSWORD.sub(r"\1:****@", text))


def _mask_run(match: re.Match[str]) -> str:
    run = match.group()
    return f"{run[:3]}****{run[-4:]}" if len(run) >= 10 else f"****{run[-4:]}"


def redact(key: str, value: Any) -> Any:
    """Return the value as it may be logged under the key: JSON types only, secrets dropped, numbers masked."""
    is_secret, plain = _judge(key)
    if is_secret:
        return "[dropped]"
    if isinstance(value, bool | float) or value is None:
        return value
    if isinstance(value, Mapping):
        return {str(name): redact(str(name), item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redact(key, item) for item in value]
    if isinstance(value, int):
        return value if plain or abs(value) < 1_000_000 else mask_text(str(value))
    text = value if isinstance(value, str) else str(value)
    return text if plain else mask_text(text)


@lru_cache(maxsize=1024)
def _judge(key: str) -> tuple[bool, bool]:
    """Say of a key whether it holds a secret, and whether its digits are no phone number."""
    words = [word.lower() for word in _KEY_WORDS.findall(key)]
    is_plain = bool(words) and words[-1] in PLAIN_WORDS and key.lower() not in NUMBER_KEYS
    return bool(SECRET_WORDS.intersection(words)), is_plain


@contextmanager
def bind(**ids: str | None) -> Iterator[None]:
    """Add ids (`call_id`, `tenant_id`, ...) to every line logged inside the block, by this task and its children."""
    token = _bound.set({**_bound.get(), **{name: value for name, value in ids.items() if value is not None}})
    try:
        yield
    finally:
        _bound.reset(token)


class RedactingFilter(logging.Filter):
    """Redacts extras and message in place, so that any handler behind it is safe too."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = mask_text(record.getMessage()), None
        for key, value in record.__dict__.items():
            if key not in _STANDARD:
                record.__dict__[key] = redact(key, value)
        return True


class JsonFormatter(logging.Formatter):
    """One JSON object a line: ts, level, logger, service, message, bound ids, the span, extras, exception."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "ts": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "service": self._service,
            "message": record.getMessage(),
            **_bound.get(),
        }
        span = tracing.current()
        if span is not None:
            line |= {"trace_id": span.trace_id, "span_id": span.span_id}
        for key, value in record.__dict__.items():
            if key not in _STANDARD:
                line[f"extra_{key}" if key in _RESERVED else key] = value
        if record.exc_info:
            line["exception"] = mask_text(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


# What libraries say at DEBUG holds whole requests: signatures, tokens, statements with their values.
TALKATIVE = (
    "aiohttp", "amqp", "asyncio", "boto3", "botocore", "cassandra", "celery", "kombu", "opentelemetry", "redbeat",
    "redis", "s3transfer", "urllib3",
)  # fmt: skip


def configure(service: str, level: str = "INFO") -> None:
    """Send every logger's lines to stderr as JSON; calling it again replaces the former set-up.

    DEBUG is for our own code alone.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter(service))
    handler.addFilter(RedactingFilter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel("INFO" if level == "DEBUG" else logging.NOTSET)
