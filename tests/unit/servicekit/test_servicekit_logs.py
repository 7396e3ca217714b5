"""Logs: one JSON object a line, with ids, and without numbers and secrets."""

import asyncio
import io
import json
import logging
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from servicekit import logs

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    stderr = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stderr)
    root = logging.getLogger()
    before = root.handlers[:], root.level
    # basicConfig closes what it replaces; pytest's own handlers must live on.
    root.handlers = []
    logs.configure("conductor", "DEBUG")
    yield lambda: [json.loads(line) for line in stderr.getvalue().splitlines()]
    root.handlers, _ = before
    root.setLevel(before[1])
    logging.captureWarnings(False)


def test_line_has_the_fields(lines: Lines):
    extra = {"leg_id": "leg-1", "ms": 12, "nested": {"a": [1]}}
    logging.getLogger("media_nodes.app").info("leg answered", extra=extra)
    [line] = lines()
    assert line.pop("ts").endswith("+00:00")
    assert line == {"level": "INFO", "logger": "media_nodes.app", "service": "conductor", "message": "leg answered",
                    "leg_id": "leg-1", "ms": 12, "nested": {"a": [1]}}  # fmt: skip


def test_bound_ids_follow_the_task_and_end_with_the_block(lines: Lines):
    log = logging.getLogger("x")

    async def child() -> None:
        with logs.bind(call_id="c2"):
            log.info("inner")

    async def main() -> None:
        with logs.bind(call_id="c1", tenant_id="acme"):
            async with asyncio.TaskGroup() as group:
                group.create_task(child())
            log.info("outer")
        log.info("after")

    asyncio.run(main())
    found = [(line["message"], line.get("call_id"), line.get("tenant_id")) for line in lines()
             if line["logger"] == "x"]  # fmt: skip
    assert found == [("inner", "c2", "acme"), ("outer", "c1", "acme"), ("after", None, None)]


@pytest.mark.parametrize(
    ("text", "masked"),
    [("13812345678", "138****5678"), ("+8613812345678", "+861****5678"), ("call 02888886666!", "call 028****6666!"),
     ("1234567", "****4567"), ("123456", "123456"), ("sip:13812345678@10.0.0.1", "sip:138****5678@10.0.0.1"),
     ("redis://user:pw@host", "redis://user:****@host"), ("2026-11-23", "2026-11-23")],
)  # fmt: skip
def test_text_is_masked(text: str, masked: str):
    assert logs.mask_text(text) == masked


@pytest.mark.parametrize(
    ("key", "value", "logged"),
    [("number", "13812345678", "138****5678"), ("number", 13812345678, "138****5678"),
     ("caller_id", "13812345678", "138****5678"), ("call_id", "1700000000.12345678", "1700000000.12345678"),
     ("started_ms", 1700000000000, 1700000000000), ("size_bytes", 123456789, 123456789), ("count", 5, 5),
     ("numbers", ["13812345678", 5], ["138****5678", 5]), ("leg", {"to": "13812345678"}, {"to": "138****5678"}),
     ("password", "x", "[dropped]"), ("accessToken", "x", "[dropped]"), ("client_secret", {"a": 1}, "[dropped]"),
     ("Authorization", "Bearer x", "[dropped]"), ("ha1", "abc", "[dropped]"), ("sha1", "abc", "abc"),
     ("ok", True, True), ("rtt", 12.3456789, 12.3456789), ("nothing", None, None), ("leg", {"token": "x"},
     {"token": "[dropped]"}), ("raw", b"13812345678", "b'138****5678'")],
)  # fmt: skip
def test_extras_are_redacted(key: str, value: object, logged: object):
    assert logs.redact(key, value) == logged


def test_number_in_message_arguments_and_exception_is_masked(lines: Lines):
    log = logging.getLogger("x")
    log.info("dialling %s", "13812345678")
    try:
        raise ValueError("no route to 13812345678")
    except ValueError:
        log.exception("dialling failed")
    first, second = lines()
    assert first["message"] == "dialling 138****5678"
    assert "ValueError: no route to 138****5678" in second["exception"]
    assert "13812345678" not in json.dumps([first, second])


def test_extra_can_not_overwrite_a_field(lines: Lines):
    logging.getLogger("x").info("hello", extra={"service": "evil", "level": "none", "ts": 0})
    [line] = lines()
    assert (line["service"], line["extra_service"], line["level"], line["extra_level"]) == (
        "conductor", "evil", "INFO", "none")  # fmt: skip


def test_configuring_twice_logs_once(lines: Lines, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    logs.configure("conductor", "INFO")
    logging.getLogger("x").info("once")
    assert sys.stderr.getvalue().count("once") == 1  # type: ignore[attr-defined]
    assert lines() == []


@pytest.mark.parametrize("library", ["botocore.auth", "urllib3.util", "cassandra", "kombu", "aiohttp.client"])
def test_debug_is_for_our_own_code_alone(library: str):
    logs.configure("test", "DEBUG")
    try:
        assert logging.getLogger("control_plane.web").isEnabledFor(logging.DEBUG)
        assert not logging.getLogger(library).isEnabledFor(logging.DEBUG)
    finally:
        logs.configure("test")
