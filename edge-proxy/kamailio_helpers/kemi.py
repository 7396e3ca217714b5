"""What a KEMI script needs around its callbacks: an answer where they fail, and workers that end with Kamailio."""

import ctypes
import functools
import os
import signal
import traceback
from collections.abc import Callable
from typing import TypeVar

import KSR

_PR_SET_PDEATHSIG = 1
Script = TypeVar("Script")
Callback = Callable[..., int]


def _nothing() -> None:
    """Do nothing."""


def guarded(
    undecodable: Callable[[], int] | None = None,
    *,
    by_timer: Callable[[], None] = _nothing,
    at_end: Callable[[], None] = _nothing,
) -> Callable[[Callback], Callback]:
    """Answer 500 and log when a callback fails: Kamailio would say nothing, and the caller would wait.

    undecodable: answers a request whose text is no UTF-8 where the script reads it; returns what the callback would.
    by_timer: called first in failure routes, which a timer may start where no message has come before.
    at_end: called last, by each.
    """

    def wrap(callback: Callback) -> Callback:
        is_request = callback.__name__ == "ksr_request_route"
        is_failure = callback.__name__.startswith("ksr_failure")

        @functools.wraps(callback)
        def run(self: Script, *arguments: object) -> int:
            try:
                if is_failure:
                    by_timer()
                return callback(self, *arguments)
            except Exception as error:
                if is_request and undecodable is not None and isinstance(error, UnicodeDecodeError):
                    return undecodable()
                KSR.err(f"script failed in {callback.__name__}: {traceback.format_exc()!r}\n")
                if is_failure:
                    KSR.tm.t_reply(500, "Server Internal Error")
                elif is_request:
                    KSR.sl.send_reply(500, "Server Internal Error")
                return 1
            finally:
                at_end()

        return run

    return wrap


def end_with_parent() -> None:
    """End this worker when the main process is killed: by default it lives on, and keeps the ports from the next."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Family:
    """Tells the process that loaded the script from its workers; made in `mod_init`, before the fork."""

    def __init__(self) -> None:
        self._main_pid = os.getpid()

    @property
    def is_worker(self) -> bool:
        return os.getpid() != self._main_pid
